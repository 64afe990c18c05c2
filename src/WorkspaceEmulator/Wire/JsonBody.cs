using System.Text.Json;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire.Versions;

namespace WorkspaceEmulator.Wire;

/// <summary>
/// Reads a request body that is one JSON object. <see cref="Json"/> is null for any other body, which the endpoint must refuse.
/// </summary>
internal sealed record JsonBody(JsonObject? Json)
{
    public static async ValueTask<JsonBody> BindAsync(HttpContext context)
    {
        try
        {
            var node = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            // Members are read lazily, and a duplicate, or half a surrogate pair, throws only then. Reading all of them here makes it a
            // fault of the body.
            ReadTexts(node);
            if (OldNames.AreIn(context.Request.Query["api-version"].ToString()))
                OldNames.Replace(node);
            return new(node as JsonObject);
        }
        catch (JsonException)
        {
            return new(default(JsonObject));
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            return new(default(JsonObject));
        }
    }

    private static void ReadTexts(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject json:
                foreach (var (_, value) in json)
                    ReadTexts(value);
                break;
            case JsonArray array:
                foreach (var value in array)
                    ReadTexts(value);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                _ = value.GetValue<string>();
                break;
        }
    }
}
