using System.Text.Json;
using System.Text.Json.Nodes;

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
            // Members are read lazily, and a duplicate throws only then. Reading all of them here makes it a fault of the body.
            return new((node as JsonObject)?.DeepClone() as JsonObject);
        }
        catch (JsonException)
        {
            return new(default(JsonObject));
        }
        catch (ArgumentException)
        {
            return new(default(JsonObject));
        }
    }
}
