using System.Security;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;

namespace WorkspaceEmulator.Wire.Errors;

/// <summary>Every error body of the emulator is made here: ARM's shape, run history's, MLflow's, a registry's and a storage account's.</summary>
internal static class ArmErrors
{
    public static JsonHttpResult<ArmErrorResponse> Of(int status, string code, string message) =>
        TypedResults.Json(new ArmErrorResponse(new(code, message)), statusCode: status);

    public static JsonHttpResult<ArmErrorResponse> BadRequest(string message, string code = "UserError") => Of(400, code, message);

    public static JsonHttpResult<ArmErrorResponse> Unauthorized() =>
        Of(
            401,
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header must be 'Bearer' and the token in the emulator's token file."
        );

    /// <summary>What Azure Resource Manager answers to a token that has expired.</summary>
    public static JsonHttpResult<ArmErrorResponse> ExpiredToken(HttpResponse response, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var message = $"The access token expiry UTC time '{now.AddSeconds(-1):G}' is earlier than current UTC time '{now:G}'.";
        response.Headers.WWWAuthenticate =
            $"Bearer authorization_uri=\"https://login.microsoftonline.com/{Guid.Empty}\", error=\"invalid_token\", error_description=\"{message}\"";
        return Of(401, "ExpiredAuthenticationToken", message);
    }

    /// <summary>What a storage account answers to a signature that has expired.</summary>
    public static ContentHttpResult ExpiredSignature(HttpResponse response, TimeProvider time) =>
        Storage(
            response,
            403,
            "AuthenticationFailed",
            $"Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.\nTime:{time.GetUtcNow().UtcDateTime:O}"
        );

    /// <summary>A storage account's error body: XML, with the code as a header too.</summary>
    public static ContentHttpResult Storage(HttpResponse response, int status, string code, string message)
    {
        response.Headers["x-ms-error-code"] = code;
        return TypedResults.Content(
            $"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{SecurityElement.Escape(message)}</Message></Error>",
            "application/xml",
            statusCode: status
        );
    }

    public static JsonHttpResult<ArmErrorResponse> Forbidden(string message) => Of(403, "AuthorizationFailed", message);

    public static JsonHttpResult<ArmErrorResponse> NotFound(string message) => Of(404, "ResourceNotFound", message);

    public static JsonHttpResult<ArmErrorResponse> WorkspaceNotFound(string group, string name) =>
        NotFound($"The Resource 'Microsoft.MachineLearningServices/workspaces/{name}' under resource group '{group}' was not found.");

    public static JsonHttpResult<ArmErrorResponse> Conflict(string message) => Of(409, "Conflict", message);

    public static JsonHttpResult<ArmErrorResponse> NotEmulated(string method, string what) =>
        Of(501, "NotEmulated", $"{method} {what} is not emulated. docs/emulator.md lists the operations that are.");

    /// <summary>The data plane's error body (run history and artifacts).</summary>
    public static JsonHttpResult<JsonObject> DataPlane(int status, string code, string message, TimeProvider time) =>
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

    /// <summary>MLflow's error body; <paramref name="code"/> is one of its error codes, such as RESOURCE_DOES_NOT_EXIST.</summary>
    public static JsonHttpResult<JsonObject> Mlflow(int status, string code, string message) =>
        TypedResults.Json(new JsonObject { ["error_code"] = code, ["message"] = message }, statusCode: status);

    /// <summary>A registry's error body; <paramref name="code"/> is one of its error codes, such as UNAUTHORIZED.</summary>
    public static JsonHttpResult<JsonObject> Registry(int status, string code, string message) =>
        TypedResults.Json(
            new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }) },
            statusCode: status
        );

    public static JsonHttpResult<JsonObject> RegistryUnauthorized() =>
        Registry(401, "UNAUTHORIZED", "authentication required: the token or password is not the emulator's, or has expired.");
}
