using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Deployments.Templates;

/// <summary>Reads and compares the values of templates.</summary>
internal static class TemplateValues
{
    private const int MostCopies = 800;

    /// <summary>Describes a value for a message: its kind, and a number or short text itself.</summary>
    public static string Describe(JsonNode? node) =>
        node switch
        {
            null => "null",
            JsonObject => "an object",
            JsonArray => "an array",
            _ when node.ToJsonString() is { Length: <= 100 } text => text,
            _ => "a long text",
        };

    public static string Text(JsonNode? node, string where) =>
        node is JsonValue value && value.TryGetValue<string>(out var text)
            ? text
            : throw new TemplateException($"{where} is {Describe(node)}; it must be a text.");

    public static long Integer(JsonNode? node, string where)
    {
        if (node is JsonValue value && value.GetValueKind() == JsonValueKind.Number)
        {
            if (value.TryGetValue<long>(out var number))
                return number;
            if (value.TryGetValue<int>(out var small))
                return small;
        }

        throw new TemplateException($"{where} is {Describe(node)}; it must be a whole number.");
    }

    public static bool Boolean(JsonNode? node, string where) =>
        node is JsonValue value && value.TryGetValue<bool>(out var flag)
            ? flag
            : throw new TemplateException($"{where} is {Describe(node)}; it must be true or false.");

    public static JsonArray Array(JsonNode? node, string where) =>
        node as JsonArray ?? throw new TemplateException($"{where} is {Describe(node)}; it must be an array.");

    /// <summary>Checks the number of passes of a loop.</summary>
    public static int Count(long count, string loop) =>
        count is >= 0 and <= MostCopies
            ? (int)count
            : throw new TemplateException($"The count of copy '{loop}' is {count}; it must be from 0 to {MostCopies}.");

    /// <summary>Returns a member of an object or an item of an array.</summary>
    public static JsonNode? Member(JsonNode? of, JsonNode? key)
    {
        switch (of)
        {
            case JsonObject item:
                var name = Text(key, "The name of a member");
                foreach (var (known, value) in item)
                {
                    if (known.Equals(name, StringComparison.OrdinalIgnoreCase))
                        return value?.DeepClone();
                }

                throw new TemplateException(
                    $"The member '{name}' does not exist; the object has {string.Join(", ", item.Select(member => member.Key))}."
                );
            case JsonArray items:
                var index = Integer(key, "The index of an array");
                return index >= 0 && index < items.Count
                    ? items[(int)index]?.DeepClone()
                    : throw new TemplateException($"The index {index} is outside of an array of {items.Count} items.");
            default:
                throw new TemplateException($"A member of {Describe(of)} is asked for; only objects and arrays have members.");
        }
    }

    /// <summary>Returns the text of a value as <c>format</c>, <c>concat</c> and <c>string</c> write it.</summary>
    public static string Write(JsonNode? node) =>
        node switch
        {
            null => "",
            JsonValue value when value.TryGetValue<string>(out var text) => text,
            JsonValue value when value.TryGetValue<bool>(out var flag) => flag ? "True" : "False",
            _ => node.ToJsonString(),
        };
}
