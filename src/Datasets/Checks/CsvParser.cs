using System.Text;

namespace Datasets.Checks;

/// <summary>One record of a CSV file.</summary>
/// <param name="Line">Line on which it starts, from 1.</param>
/// <param name="Fields">Fields without their quotes and without white space around them.</param>
internal sealed record CsvRecord(int Line, IReadOnlyList<string> Fields);

/// <summary>Splits CSV text (RFC 4180) into records with their physical lines. Blank lines are not records.</summary>
/// <exception cref="CsvException">A quote never closes.</exception>
internal static class CsvParser
{
    public static IEnumerable<CsvRecord> Parse(string text)
    {
        var (position, line) = (0, 1);
        while (position < text.Length)
        {
            var record = ReadRecord(text, ref position, ref line);
            if (record.Fields is not [""])
                yield return record;
        }
    }

    private static CsvRecord ReadRecord(string text, ref int position, ref int line)
    {
        var start = line;
        var fields = new List<string>();
        while (true)
        {
            fields.Add(ReadField(text, ref position, ref line));
            if (position < text.Length && text[position] == ',')
            {
                position++;
                continue;
            }
            SkipLineEnd(text, ref position, ref line);
            return new(start, fields);
        }
    }

    private static string ReadField(string text, ref int position, ref int line)
    {
        var from = position;
        if (position >= text.Length || text[position] != '"')
        {
            while (position < text.Length && text[position] is not (',' or '\r' or '\n'))
                position++;
            return CsvText.Trim(text[from..position]);
        }

        var opened = line;
        var field = new StringBuilder();
        var quoted = false;
        while (position < text.Length)
        {
            var letter = text[position];
            if (letter == '"' && quoted && position + 1 < text.Length && text[position + 1] == '"')
            {
                field.Append('"');
                position += 2;
            }
            else if (letter == '"' && (quoted || position == from))
            {
                quoted = !quoted;
                position++;
            }
            else if (!quoted && letter is ',' or '\r' or '\n')
            {
                break;
            }
            else if (letter is '\r' or '\n')
            {
                var lineStart = position;
                SkipLineEnd(text, ref position, ref line);
                field.Append(text, lineStart, position - lineStart);
            }
            else
            {
                field.Append(letter);
                position++;
            }
        }
        if (quoted)
            throw new CsvException(opened, "opens a quote that never closes; close it, or remove it.");
        return CsvText.Trim(field.ToString());
    }

    private static void SkipLineEnd(string text, ref int position, ref int line)
    {
        if (position >= text.Length)
            return;
        position += text[position] == '\r' && position + 1 < text.Length && text[position + 1] == '\n' ? 2 : 1;
        line++;
    }
}
