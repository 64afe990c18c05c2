using System.Text.Json;
using System.Xml;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>
/// Reads members of a response. A missing member and a null one both read as null, and so does every member of a missing object.
/// </summary>
internal static class JsonReading
{
    /// <summary>The member's value, or an element of kind Undefined.</summary>
    public static JsonElement Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : default;

    /// <summary>Reads a text. A number or boolean is returned as it was written.</summary>
    public static string? Text(this JsonElement json, string name) => AsText(json.Member(name));

    public static bool? Boolean(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    public static int? Int32(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } value ? (int)value.GetDouble() : null;

    public static long? Int64(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } value ? (long)value.GetDouble() : null;

    public static double? Double(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    public static DateTimeOffset? Date(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetDateTimeOffset() : null;

    /// <summary>An ISO 8601 duration.</summary>
    public static TimeSpan? Duration(this JsonElement json, string name) =>
        json.Text(name) is { } text ? XmlConvert.ToTimeSpan(text) : null;

    public static Guid? Guid(this JsonElement json, string name) => System.Guid.TryParse(json.Text(name), out var value) ? value : null;

    /// <exception cref="UriFormatException">The text is not an absolute URI.</exception>
    public static Uri? Link(this JsonElement json, string name) => json.Text(name) is { Length: > 0 } text ? new Uri(text) : null;

    public static ResourceIdentifier? ResourceId(this JsonElement json, string name) =>
        json.Text(name) is { Length: > 0 } text ? new ResourceIdentifier(text) : null;

    public static T? Value<T>(this JsonElement json, string name, Func<string, T> make)
        where T : struct => json.Text(name) is { } text ? make(text) : null;

    public static T? Model<T>(this JsonElement json, string name, Func<JsonElement, T> read)
        where T : class => json.Member(name) is { ValueKind: JsonValueKind.Object } value ? read(value) : null;

    public static IReadOnlyList<T> List<T>(this JsonElement json, string name, Func<JsonElement, T> read) =>
        json.Member(name) is { ValueKind: JsonValueKind.Array } values ? [.. values.EnumerateArray().Select(read)] : [];

    /// <summary>Reads a list that a caller may change; the unset list when it is missing or null.</summary>
    public static IList<T> Items<T>(this JsonElement json, string name, Func<JsonElement, T> read) =>
        json.Member(name) is { ValueKind: JsonValueKind.Array } values ? [.. values.EnumerateArray().Select(read)] : new UnsetList<T>();

    /// <summary>Reads a map; the unset map when it is missing or null. An entry that is null stays null.</summary>
    public static IDictionary<string, T> Map<T>(this JsonElement json, string name, Func<JsonElement, T> read)
    {
        if (json.Member(name) is not { ValueKind: JsonValueKind.Object } members)
            return new UnsetDictionary<T>();

        var map = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var member in members.EnumerateObject())
            map[member.Name] = member.Value.ValueKind == JsonValueKind.Null ? default! : read(member.Value);

        return map;
    }

    public static IDictionary<string, string> TextMap(this JsonElement json, string name) => json.Map(name, value => AsText(value)!);

    public static BinaryData ToBinaryData(this JsonElement json) => BinaryData.FromString(json.GetRawText());

    private static string? AsText(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.Undefined => null,
            JsonValueKind.String => json.GetString(),
            _ => json.GetRawText(),
        };
}
