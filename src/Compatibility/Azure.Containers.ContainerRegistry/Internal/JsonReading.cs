using System.Text.Json;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Reads members that a registry may leave out.</summary>
internal static class JsonReading
{
    public static string? Text(this JsonElement json, string name) =>
        json.Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static long? Number(this JsonElement json, string name) =>
        json.Find(name) is { ValueKind: JsonValueKind.Number } value ? value.GetInt64() : null;

    public static DateTimeOffset Time(this JsonElement json, string name) =>
        json.Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetDateTimeOffset() : default;

    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.Find(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

    public static JsonElement? Find(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : null;

    public static (bool? CanDelete, bool? CanWrite, bool? CanList, bool? CanRead) Permissions(this JsonElement json) =>
        json.Find("changeableAttributes") is { } attributes
            ? (
                attributes.Flag("deleteEnabled"),
                attributes.Flag("writeEnabled"),
                attributes.Flag("listEnabled"),
                attributes.Flag("readEnabled")
            )
            : default;

    private static bool? Flag(this JsonElement json, string name) =>
        json.Find(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;
}
