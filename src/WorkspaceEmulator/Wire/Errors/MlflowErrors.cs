using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;

namespace WorkspaceEmulator.Wire.Errors;

/// <summary>Creates error responses as MLflow's tracking server gives them.</summary>
internal static class MlflowErrors
{
    /// <param name="status">HTTP status.</param>
    /// <param name="code">One of MLflow's error codes, such as RESOURCE_DOES_NOT_EXIST.</param>
    /// <param name="message">What went wrong.</param>
    public static JsonHttpResult<JsonObject> Of(int status, string code, string message) =>
        TypedResults.Json(new JsonObject { ["error_code"] = code, ["message"] = message }, statusCode: status);

    public static JsonHttpResult<JsonObject> InvalidParameter(string message) => Of(400, "INVALID_PARAMETER_VALUE", message);

    public static JsonHttpResult<JsonObject> NotFound(string message) => Of(404, "RESOURCE_DOES_NOT_EXIST", message);
}
