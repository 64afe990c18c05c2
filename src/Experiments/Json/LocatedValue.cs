using System.Text.Json;
using System.Text.Json.Nodes;

namespace Experiments.Json;

/// <summary>A key of a JSON object, its place, and its value.</summary>
internal sealed record LocatedMember(string Key, ConfigLocation Location, LocatedValue Value);

/// <summary>A JSON value with its place in the source.</summary>
/// <param name="kind">Kind of the value.</param>
/// <param name="text">The string's characters, or the number as it was written; empty for the other kinds.</param>
/// <param name="location">First character of the value, or the override that gave it.</param>
internal sealed class LocatedValue(JsonValueKind kind, string text, ConfigLocation location)
{
    /// <summary>Longest string repeated in a message.</summary>
    private const int LongestShown = 80;

    public JsonValueKind Kind { get; } = kind;

    public string Text { get; } = text;

    public ConfigLocation Location { get; } = location;

    /// <summary>Members of an object in file order; a key that is set twice appears twice.</summary>
    public List<LocatedMember> Members { get; } = [];

    public List<LocatedValue> Items { get; } = [];

    /// <summary>The value as a message shows it. A text that looks like a secret is not repeated.</summary>
    public string Shown =>
        Kind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String when SecretWords.LooksLikeSecret(Text) => "a text that looks like a secret",
            JsonValueKind.String when Text.Length > LongestShown => $"a text of {Text.Length} characters",
            JsonValueKind.String => Quoted(Text),
            JsonValueKind.Number => Text,
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => "null",
        };

    /// <summary>Returns the text as JSON writes it. Letters beyond the basic plane are not escaped.</summary>
    private static string Quoted(string text) => $"\"{string.Concat(text.Select(Escape))}\"";

    private static string Escape(char letter) =>
        letter is '"' or '\\' ? $"\\{letter}"
        : letter < ' ' ? $"\\u{(int)letter:x4}"
        : letter.ToString();

    public LocatedMember? Find(string key) => Members.Find(member => member.Key == key);

    /// <summary>Returns the value of a key path such as <c>RUN_PARAMS.STEPS</c>, or null when it is missing.</summary>
    public LocatedValue? FindPath(string path)
    {
        LocatedValue? value = this;
        foreach (var key in path.Split('.'))
            value = value?.Find(key)?.Value;
        return value;
    }

    /// <summary>Sets a member, in the place of an earlier one when there is one.</summary>
    public void Set(string key, LocatedValue value)
    {
        var member = new LocatedMember(key, value.Location, value);
        var index = Members.FindIndex(existing => existing.Key == key);
        if (index < 0)
            Members.Add(member);
        else
            Members[index] = member;
    }

    public JsonNode? ToNode() =>
        Kind switch
        {
            JsonValueKind.Object => new JsonObject(
                Members
                    .DistinctBy(member => member.Key, StringComparer.Ordinal)
                    .Select(member => KeyValuePair.Create(member.Key, member.Value.ToNode()))
            ),
            JsonValueKind.Array => new JsonArray([.. Items.Select(item => item.ToNode())]),
            JsonValueKind.String => JsonValue.Create(Text),
            JsonValueKind.Number => JsonNode.Parse(Text),
            JsonValueKind.True => JsonValue.Create(true),
            JsonValueKind.False => JsonValue.Create(false),
            _ => null,
        };
}
