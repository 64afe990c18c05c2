using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;

namespace WorkspaceEmulator.Wire.Errors;

/// <summary>Creates error responses as a container registry gives them.</summary>
internal static class RegistryErrors
{
    /// <param name="status">HTTP status.</param>
    /// <param name="code">One of the registry's error codes, such as UNAUTHORIZED.</param>
    /// <param name="message">What went wrong.</param>
    public static JsonHttpResult<JsonObject> Of(int status, string code, string message) =>
        TypedResults.Json(
            new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }) },
            statusCode: status
        );

    public static JsonHttpResult<JsonObject> Unsupported(string message) => Of(400, "UNSUPPORTED", message);

    public static JsonHttpResult<JsonObject> Unauthorized() =>
        Of(401, "UNAUTHORIZED", "authentication required: the token or password is not the emulator's, or has expired.");
}
