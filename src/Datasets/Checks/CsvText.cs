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

    /// <summary>Returns the text of a file in UTF-8, without byte order marks.</summary>
    /// <param name="content">The bytes of the file.</param>
    /// <param name="name">Path for messages.</param>
    /// <exception cref="CsvException">The file has another encoding.</exception>
    public static string Decode(byte[] content, string name)
    {
        if (WideEncoding(content) is { } encoding)
            throw new CsvException(1, $"is {encoding}; it must be UTF-8: iconv -f {encoding} -t UTF-8 {Quoted(name)} > utf8.csv");
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)
                .GetString(content)
                .TrimStart('\uFEFF');
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
    /// <param name="text">The text of the file.</param>
    /// <param name="header">Its first record.</param>
    /// <param name="name">Path for commands.</param>
    public static string? DialectFault(string text, CsvRecord header, string name)
    {
        var file = Quoted(name);
        var known = header.Fields.Count(IsColumn);
        var line = Trim(LineEnd().Split(text, header.Line + 1)[header.Line - 1]);
        if (line.StartsWith("sep=", StringComparison.OrdinalIgnoreCase))
            return $"is \"{line}\", a line for spreadsheets; the first line must be the header: sed -i {header.Line}d {file}";
        if (line.StartsWith('#') && known == 0)
            return $"is a comment; the first line must be the header: sed -i {header.Line}d {file}";
        foreach (var (delimiter, pattern, word) in Delimiters)
        {
            if (known >= 2 || line.Split(delimiter).Count(field => IsColumn(Trim(field).Trim('"'))) < 4)
                continue;
            var command = text.Contains(',', StringComparison.Ordinal)
                ? ", in a spreadsheet for example."
                : $": sed -i 's/{pattern}/,/g' {file}";
            return $"separates its fields by {word}; it must separate them by commas{command}";
        }

        return known == 0 && header.Fields.Count >= 6 && header.Fields.Count(field => DatasetRow.IsNumber(field)) >= 4
            ? $"has no header; its first line must name the columns: sed -i '1i {string.Join(',', DatasetRow.Columns)}' {file}"
            : null;
    }

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
}
