using System.Text.Json;
using System.Text.Json.Nodes;

namespace Studio.Queries;

/// <summary>Reads JSON that a job wrote: all of it can be read, or none.</summary>
public static class JobJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Parses JSON; null when it is missing, damaged, has a duplicate member or half a surrogate pair.</summary>
    public static JsonNode? Parse(string? text) => text is null ? null : Checked(() => JsonDocument.Parse(text, Strict));

    /// <summary>Reads JSON as <see cref="Parse"/> does.</summary>
    public static JsonNode? Read(Stream content) => Checked(() => JsonDocument.Parse(content, Strict));

    private static JsonNode? Checked(Func<JsonDocument> parse)
    {
        try
        {
            using var document = parse();
            ReadTexts(document.RootElement);
            var root = document.RootElement.Clone();
            return root.ValueKind switch
            {
                JsonValueKind.Object => JsonObject.Create(root),
                JsonValueKind.Array => JsonArray.Create(root),
                JsonValueKind.Null => null,
                _ => JsonValue.Create(root),
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // Texts are read lazily, and half a surrogate pair throws only then.
    private static void ReadTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    ReadTexts(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var each in element.EnumerateArray())
                    ReadTexts(each);
                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }
}
