using System.Text;
using System.Text.Json;

namespace Experiments.Json;

/// <summary>Describes a syntax error of JSON text in words.</summary>
internal static class JsonSyntax
{
    private const string NoComments = "JSON has no comments; remove it.";

    /// <summary>Explains a syntax error.</summary>
    /// <param name="utf8">The whole text, valid UTF-8.</param>
    /// <param name="offset">Byte at which the parser stopped.</param>
    /// <param name="consumed">Bytes up to the end of the last whole token.</param>
    /// <param name="last">Kind of the last whole token; a key that no ':' follows counts as one.</param>
    /// <param name="inObject">Whether the place is inside an object (true), an array (false) or neither (null).</param>
    /// <returns>The byte to point at, the text found, the rule, and the fix.</returns>
    public static (int Start, string Found, string Required, string? Hint) Explain(
        ReadOnlySpan<byte> utf8,
        int offset,
        int consumed,
        JsonTokenType last,
        bool? inObject
    )
    {
        // A number at the end of the text, as in "01", is reported after its first digit: go back to where the token starts.
        var start = SkipSpace(utf8, Math.Min(consumed, utf8.Length));
        var afterComma = false;
        var afterColon = false;
        if (start < utf8.Length && utf8[start] == ':' && last == JsonTokenType.PropertyName && PreviousByte(utf8, start) != ':')
        {
            afterColon = true;
            start = SkipSpace(utf8, start + 1);
        }
        else if (start < utf8.Length && utf8[start] == ',' && IsValueEnd(last) && inObject is not null && PreviousByte(utf8, start) != ',')
        {
            afterComma = true;
            start = SkipSpace(utf8, start + 1);
        }
        else if (IsValueEnd(last) || last is JsonTokenType.PropertyName)
        {
            // The reader counts the separator among the bytes consumed once it has seen what follows.
            var before = PreviousByte(utf8, start);
            afterComma = before == ',' && IsValueEnd(last);
            afterColon = before == ':' && last == JsonTokenType.PropertyName;
        }

        var required = Required(last, inObject, afterComma, afterColon);
        if (start >= utf8.Length)
            return (utf8.Length, "the end of the file", required, null);

        var next = (char)utf8[start];
        if (next == '/')
            return (start, "a comment", required, NoComments);
        if (next is '}' or ']' && afterComma)
            return (start, $"'{next}' after a comma", required, "Remove the comma before it.");
        if (next == '\'')
            return (start, "a single quote", required, "JSON strings have double quotes.");
        if (next == '"' && offset > start)
            return InString(utf8, start, offset);
        var token = Token(utf8, start);
        var hint = token.ToUpperInvariant() switch
        {
            "TRUE" or "FALSE" or "NULL" => $"JSON writes it {token.ToLowerInvariant()}.",
            ['0', >= '0' and <= '9', ..] => "JSON numbers have no leading zeros.",
            _ => null,
        };
        return (start, next == '"' ? token : $"'{token}'", required, hint);
    }

    private static (int Start, string Found, string Required, string? Hint) InString(ReadOnlySpan<byte> utf8, int start, int offset)
    {
        if (offset >= utf8.Length)
            return (start, "a string without an end", "a string closed by a double quote", null);
        if (utf8[offset] is (byte)'\n' or (byte)'\r')
        {
            return (
                start,
                "a string without an end on its line",
                "a string closed by a double quote",
                @"A line break inside it is written \n."
            );
        }

        if (utf8[offset] < 0x20)
            return (offset, $"the control character U+{utf8[offset]:X4}", "written with a backslash", null);
        return (offset, "an unknown escape", @"one of \"" \\ \/ \b \f \n \r \t \uXXXX", @"A backslash itself is written \\.");
    }

    private static string Required(JsonTokenType last, bool? inObject, bool afterComma, bool afterColon) =>
        last switch
        {
            JsonTokenType.None => "an object in braces",
            JsonTokenType.PropertyName => afterColon ? "a value" : "':'",
            JsonTokenType.StartObject => "a key in double quotes or '}'",
            JsonTokenType.StartArray => "a value or ']'",
            _ => (inObject, afterComma) switch
            {
                (null, _) => "the end of the file",
                (true, true) => "a key in double quotes",
                (true, false) => "',' or '}'",
                (false, true) => "a value",
                (false, false) => "',' or ']'",
            },
        };

    private static bool IsValueEnd(JsonTokenType type) =>
        type is not (JsonTokenType.None or JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.PropertyName);

    private static int SkipSpace(ReadOnlySpan<byte> utf8, int offset)
    {
        while (offset < utf8.Length && IsSpace(utf8[offset]))
            offset++;
        return offset;
    }

    private static char PreviousByte(ReadOnlySpan<byte> utf8, int offset)
    {
        do offset--;
        while (offset >= 0 && IsSpace(utf8[offset]));
        return offset < 0 ? '\0' : (char)utf8[offset];
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private static string Token(ReadOnlySpan<byte> utf8, int start)
    {
        if (utf8[start] == '"' && utf8[(start + 1)..].IndexOf((byte)'"') is >= 0 and < 60 and var length)
            return Encoding.UTF8.GetString(utf8.Slice(start, length + 2));
        var end = start;
        while (
            end < utf8.Length
            && end - start < 40
            && (char.IsAsciiLetterOrDigit((char)utf8[end]) || utf8[end] is (byte)'_' or (byte)'.' or (byte)'+' or (byte)'-')
        )
        {
            end++;
        }

        if (end > start)
            return Encoding.ASCII.GetString(utf8[start..end]);
        Rune.DecodeFromUtf8(utf8[start..], out var rune, out _);
        return rune.ToString();
    }
}
