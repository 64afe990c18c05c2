using System.Text;
using System.Text.Json;

namespace Experiments.Json;

/// <summary>Reads JSON text into values with their line and column.</summary>
internal static class LocatedJson
{
    /// <summary>Maximum nesting of objects and arrays; the outermost is level 1.</summary>
    private const int DeepestNesting = 64;

    private const string Here = "the text here";

    /// <summary>Reads one JSON value.</summary>
    /// <param name="utf8">The file's bytes, with or without a byte order mark.</param>
    /// <param name="source">The file as the user named it.</param>
    /// <param name="faults">Receives the fault when the text is not JSON; such text has one fault, the first.</param>
    /// <param name="place">Location given to every value instead of its line and column; null for a file.</param>
    /// <returns>The value, or null when the text is not JSON.</returns>
    public static LocatedValue? Read(ReadOnlySpan<byte> utf8, string source, List<ConfigFault> faults, ConfigLocation? place = null)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        var lines = new LineIndex(utf8);
        if (InvalidByte(utf8) is { } invalid)
        {
            faults.Add(new(lines.Locate(utf8, source, invalid), "", "not UTF-8", "UTF-8", "Save the file as UTF-8.") { Subject = Here });
            return null;
        }
        if (utf8.Trim(" \t\r\n"u8).IsEmpty)
        {
            faults.Add(new(new(source), "", "empty", "a JSON object") { Subject = "the file" });
            return null;
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DeepestNesting + 1 });
        var containers = new Stack<LocatedValue>();
        LocatedValue? root = null;
        (string Key, ConfigLocation Location)? pending = null;
        var (last, consumed) = (JsonTokenType.None, 0L);
        try
        {
            while (reader.Read())
            {
                (last, consumed) = (reader.TokenType, reader.BytesConsumed);
                var location = place ?? lines.Locate(utf8, source, (int)reader.TokenStartIndex);
                if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    containers.Pop();
                    continue;
                }
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    pending = (reader.GetString()!, location);
                    continue;
                }
                var value = ValueAt(ref reader, location);
                if (containers.TryPeek(out var container))
                {
                    if (pending is { } member)
                        container.Members.Add(new(member.Key, member.Location, value));
                    else
                        container.Items.Add(value);
                    pending = null;
                }
                root ??= value;
                if (value.Kind is not (JsonValueKind.Object or JsonValueKind.Array))
                    continue;
                containers.Push(value);
                if (containers.Count > DeepestNesting)
                {
                    faults.Add(
                        new(location, "", $"nested {containers.Count} levels deep", $"nested at most {DeepestNesting} levels deep")
                        {
                            Subject = Here,
                        }
                    );
                    return null;
                }
            }
        }
        catch (InvalidOperationException)
        {
            // The reader decodes \u escapes only when the text of a string is requested.
            faults.Add(
                new(
                    lines.Locate(utf8, source, (int)reader.TokenStartIndex),
                    "",
                    "a string with half a surrogate pair",
                    "a string of whole characters, as in \"\\ud83d\\udea7\""
                )
                {
                    Subject = Here,
                }
            );
            return null;
        }
        catch (JsonException error)
        {
            var offset = lines.OffsetOf((int)(error.LineNumber ?? 0), (int)(error.BytePositionInLine ?? 0));
            var inObject = containers.TryPeek(out var container) ? container.Kind == JsonValueKind.Object : (bool?)null;
            // The reader may have consumed a key without its ':', or a number at the end of the text, without reporting it.
            var unreported = utf8[(int)consumed..(int)reader.BytesConsumed].TrimEnd(" \t\r\n"u8);
            if (unreported is [.., >= (byte)'0' and <= (byte)'9'])
                last = JsonTokenType.Number;
            else if (inObject == true && last != JsonTokenType.PropertyName && unreported is [.., (byte)'"'])
                last = JsonTokenType.PropertyName;
            var (start, found, required, hint) = JsonSyntax.Explain(utf8, offset, (int)reader.BytesConsumed, last, inObject);
            faults.Add(new(lines.Locate(utf8, source, start), "", found, required, hint) { Subject = Here });
            return null;
        }
        return root;
    }

    private static LocatedValue ValueAt(ref Utf8JsonReader reader, ConfigLocation location) =>
        reader.TokenType switch
        {
            JsonTokenType.StartObject => new(JsonValueKind.Object, "", location),
            JsonTokenType.StartArray => new(JsonValueKind.Array, "", location),
            JsonTokenType.String => new(JsonValueKind.String, reader.GetString()!, location),
            JsonTokenType.Number => new(JsonValueKind.Number, Encoding.UTF8.GetString(reader.ValueSpan), location),
            JsonTokenType.True => new(JsonValueKind.True, "", location),
            JsonTokenType.False => new(JsonValueKind.False, "", location),
            _ => new(JsonValueKind.Null, "", location),
        };

    private static int? InvalidByte(ReadOnlySpan<byte> utf8)
    {
        var offset = 0;
        while (offset < utf8.Length)
        {
            if (Rune.DecodeFromUtf8(utf8[offset..], out _, out var consumed) != System.Buffers.OperationStatus.Done)
                return offset;
            offset += consumed;
        }
        return null;
    }

    /// <summary>Byte offsets of the lines of a text.</summary>
    private sealed class LineIndex
    {
        private readonly List<int> starts = [0];

        public LineIndex(ReadOnlySpan<byte> utf8)
        {
            for (var offset = 0; offset < utf8.Length; offset++)
            {
                if (utf8[offset] == '\n')
                    starts.Add(offset + 1);
            }
        }

        public int OffsetOf(int line, int byteInLine) => starts[Math.Min(line, starts.Count - 1)] + byteInLine;

        public ConfigLocation Locate(ReadOnlySpan<byte> utf8, string source, int offset)
        {
            offset = Math.Min(offset, utf8.Length);
            var line = starts.BinarySearch(offset);
            if (line < 0)
                line = ~line - 1;
            return new(source, line + 1, Encoding.UTF8.GetCharCount(utf8[starts[line]..offset]) + 1);
        }
    }
}
