using System.Text;
using System.Text.RegularExpressions;

namespace Datasets.Checks;

/// <summary>The text of a CSV file: its encoding, and the ways in which it is no CSV.</summary>
internal static partial class CsvText
{
    private static readonly (char Delimiter, string Pattern, string Word)[] Delimiters =
    [
        (';', ";", "semicolons"),
        ('\t', @"\t", "tabs"),
        ('|', "|", "vertical bars"),
    ];

    private const char ByteOrderMark = '\uFEFF';

    private static readonly HashSet<string> Numeric = ["xmin", "ymin", "xmax", "ymax", "width", "height"];

    // As label tools write them.
    private static readonly string[] WideColumns = ["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"];

    /// <summary>Returns the text of a file in UTF-8, with the byte order marks that it begins with.</summary>
    /// <param name="content">The bytes of the file.</param>
    /// <param name="name">Path for messages.</param>
    /// <exception cref="CsvException">The file has another encoding.</exception>
    public static string Decode(byte[] content, string name)
    {
        if (WideEncoding(content) is { } encoding)
        {
            var (file, converted) = (Quoted(name), Quoted(name + ".utf8"));
            var command = $"iconv -f {encoding} -t UTF-8 {file} > {converted} && mv {converted} {file}";
            throw new CsvException(1, $"is {encoding}; it must be UTF-8: {command}");
        }

        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException)
        {
            throw new CsvException(1, "is not UTF-8; save the file as UTF-8.");
        }
    }

    /// <summary>Removes white space at both ends: what Unicode calls white space, and the separators U+001C to U+001F.</summary>
    public static string Trim(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsWhite(text[start]))
            start++;
        while (end > start && IsWhite(text[end - 1]))
            end--;
        return text[start..end];
    }

    /// <summary>Returns what the file is instead of a CSV with a header, as a whole sentence; null when it may be one.</summary>
    /// <param name="text">The text of the file, with its byte order marks.</param>
    /// <param name="header">Its first record, without them.</param>
    /// <param name="name">Path for commands.</param>
    public static string? DialectFault(string text, CsvRecord header, string name)
    {
        var file = Quoted(name);
        // Of a file whose lines end by CR alone, sed sees one line, and would delete it.
        var cleared = LoneCarriageReturn().IsMatch(text) ? $@"sed -i 's/\r$//;s/\r/\n/g' {file} && " : "";
        var delete = $"{cleared}sed -i {header.Line}d {file}";
        var known = header.Fields.Count(IsColumn);
        var line = Trim(LineEnd().Split(WithoutMarks(text), header.Line + 1)[header.Line - 1]);
        if (line.StartsWith("sep=", StringComparison.OrdinalIgnoreCase))
            return $"is \"{line}\", a line for spreadsheets; the first line must be the header: {delete}";
        if (line.StartsWith('#') && known == 0)
            return $"is a comment; the first line must be the header: {delete}";
        foreach (var (delimiter, pattern, word) in Delimiters)
        {
            if (known >= 2 || line.Split(delimiter).Count(field => IsColumn(Trim(field).Trim('"'))) < 4)
                continue;
            var command = text.Contains(',', StringComparison.Ordinal)
                ? ", in a spreadsheet for example."
                : $": sed -i 's/{pattern}/,/g' {file}";
            return $"separates its fields by {word}; it must separate them by commas{command}";
        }

        var numbers = header.Fields.Select(DatasetRow.IsNumber).ToList();
        if (known > 0 || numbers.Count < 6 || numbers.Count(isNumber => isNumber) < 4)
            return null;
        if (ColumnsOf(numbers) is not { } names)
        {
            var columns = string.Join(',', DatasetRow.Columns);
            return $"has no header; its first line must name the columns {columns}, in the order of its fields.";
        }

        var unmarked = text.StartsWith(ByteOrderMark) ? @"1s/^\(\xef\xbb\xbf\)*//;" : "";
        return $"has no header; its first line must name the columns: sed -i '{unmarked}1i {string.Join(',', names)}' {file}";
    }

    /// <summary>Removes the byte order marks that a text begins with.</summary>
    public static string WithoutMarks(string text) => text.TrimStart(ByteOrderMark);

    // The columns that rows with these fields can have; null where neither order puts each number where one must be.
    private static string[]? ColumnsOf(List<bool> numbers) =>
        new[] { DatasetRow.Columns, WideColumns }.FirstOrDefault(names =>
            names.Length == numbers.Count && names.Zip(numbers).All(pair => pair.Second || !Numeric.Contains(pair.First))
        );

    // One word of a shell command.
    private static string Quoted(string name) =>
        name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '/' or '-')
            ? name
            : $"'{name.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    // UTF-16 or UTF-32, by the byte order mark or by the zeros of the first letter.
    private static string? WideEncoding(byte[] content) =>
        content switch
        {
            [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] => "UTF-32",
            [0, 0, 0, not 0, ..] => "UTF-32BE",
            [not 0, 0, 0, 0, ..] => "UTF-32LE",
            [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "UTF-16",
            [0, not 0, ..] => "UTF-16BE",
            [not 0, 0, ..] => "UTF-16LE",
            _ => null,
        };

    private static bool IsColumn(string field) => DatasetRow.Columns.Contains(field, StringComparer.Ordinal);

    private static bool IsWhite(char letter) => char.IsWhiteSpace(letter) || letter is >= '\u001c' and <= '\u001f';

    [GeneratedRegex("\r\n|\r|\n", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: -1)]
    private static partial Regex LineEnd();

    [GeneratedRegex("\r(?!\n)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: -1)]
    private static partial Regex LoneCarriageReturn();
}
