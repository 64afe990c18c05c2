using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;

namespace WorkspaceEmulator.Wire.Errors;

/// <summary>Creates error responses as run history and artifacts give them.</summary>
internal static class DataPlaneErrors
{
    public static JsonHttpResult<JsonObject> Of(int status, string code, string message, TimeProvider time) =>
        TypedResults.Json(
            new JsonObject
            {
                ["error"] = new JsonObject { ["code"] = code, ["message"] = message },
                ["correlation"] = new JsonObject(),
                ["environment"] = "emulator",
                ["location"] = "localhost",
                ["time"] = time.GetUtcNow().ToString("O"),
            },
            statusCode: status
        );
}
