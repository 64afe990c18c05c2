using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Faults;

/// <summary>Represents a JSON value with its source position. Lines and columns count from 1.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">A string's characters or a number's digits; empty for everything else.</param>
/// <param name="Line">Line of its first character.</param>
/// <param name="Column">Column of its first character.</param>
internal sealed record LocatedJson(JsonValueKind Kind, string Text, int Line, int Column)
{
    /// <summary>Gets the members of an object in their order, including duplicates, each with the position of its name.</summary>
    public List<(string Name, int Line, int Column, LocatedJson Value)> Members { get; } = [];

    public List<LocatedJson> Items { get; } = [];

    public LocatedJson? Find(string name) => Members.Find(member => member.Name == name).Value;

    /// <summary>Gets the value as a message shows it.</summary>
    public string Shown =>
        Kind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => $"\"{Text}\"",
            JsonValueKind.Number => Text,
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => "null",
        };

    public JsonNode? ToNode() =>
        Kind switch
        {
            JsonValueKind.Object => new JsonObject(
                Members
                    .DistinctBy(member => member.Name, StringComparer.Ordinal)
                    .Select(member => KeyValuePair.Create(member.Name, member.Value.ToNode()))
            ),
            JsonValueKind.Array => new JsonArray([.. Items.Select(item => item.ToNode())]),
            JsonValueKind.String => JsonValue.Create(Text),
            JsonValueKind.Number => JsonNode.Parse(Text),
            JsonValueKind.True => JsonValue.Create(true),
            JsonValueKind.False => JsonValue.Create(false),
            _ => null,
        };

    /// <summary>Reads one value.</summary>
    /// <exception cref="JsonException">The text is not JSON; its line and position count from 0.</exception>
    public static LocatedJson Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        var open = new Stack<LocatedJson>();
        LocatedJson? root = null;
        (string Name, int Line, int Column) member = ("", 0, 0);
        while (reader.Read())
        {
            var (line, column) = Locate(utf8, (int)reader.TokenStartIndex);
            switch (reader.TokenType)
            {
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    continue;
                case JsonTokenType.PropertyName:
                    member = (reader.GetString()!, line, column);
                    continue;
            }

            var value = new LocatedJson(KindOf(reader.TokenType), TextOf(ref reader), line, column);
            root ??= value;
            if (open.TryPeek(out var parent) && parent.Kind == JsonValueKind.Object)
                parent.Members.Add((member.Name, member.Line, member.Column, value));
            else
                parent?.Items.Add(value);
            if (value.Kind is JsonValueKind.Object or JsonValueKind.Array)
                open.Push(value);
        }

        return root!;
    }

    private static string TextOf(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => "",
        };

    private static JsonValueKind KindOf(JsonTokenType type) =>
        type switch
        {
            JsonTokenType.StartObject => JsonValueKind.Object,
            JsonTokenType.StartArray => JsonValueKind.Array,
            JsonTokenType.String => JsonValueKind.String,
            JsonTokenType.Number => JsonValueKind.Number,
            JsonTokenType.True => JsonValueKind.True,
            JsonTokenType.False => JsonValueKind.False,
            _ => JsonValueKind.Null,
        };

    private static (int Line, int Column) Locate(ReadOnlySpan<byte> utf8, int offset)
    {
        var before = utf8[..offset];
        return (before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1);
    }
}
