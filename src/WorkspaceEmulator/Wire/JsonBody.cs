using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Wire;

/// <summary>A request body that is one JSON object; anything else reads as <see cref="Json"/> null, for the endpoint to refuse.</summary>
internal sealed record JsonBody(JsonObject? Json)
{
    public static async ValueTask<JsonBody> BindAsync(HttpContext context)
    {
        try
        {
            var node = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            // Members are read lazily and a doubled one throws only then; reading all here makes it a fault of the body.
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
