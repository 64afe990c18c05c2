using Microsoft.AspNetCore.Http.HttpResults;

namespace WorkspaceEmulator.Wire.Errors;

/// <summary>Creates error responses as Azure Resource Manager gives them. The emulator's own operations use them too.</summary>
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

    /// <summary>Creates the response to a token that has expired.</summary>
    public static JsonHttpResult<ArmErrorResponse> ExpiredToken(HttpResponse response, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var message = $"The access token expiry UTC time '{now.AddSeconds(-1):G}' is earlier than current UTC time '{now:G}'.";
        response.Headers.WWWAuthenticate =
            $"Bearer authorization_uri=\"https://login.microsoftonline.com/{Guid.Empty}\", "
            + $"error=\"invalid_token\", error_description=\"{message}\"";
        return Of(401, "ExpiredAuthenticationToken", message);
    }

    public static JsonHttpResult<ArmErrorResponse> Forbidden(string message) => Of(403, "AuthorizationFailed", message);

    public static JsonHttpResult<ArmErrorResponse> NotFound(string message) => Of(404, "ResourceNotFound", message);

    public static JsonHttpResult<ArmErrorResponse> WorkspaceNotFound(string group, string name) =>
        NotFound($"The Resource 'Microsoft.MachineLearningServices/workspaces/{name}' under resource group '{group}' was not found.");

    public static JsonHttpResult<ArmErrorResponse> RegistryNotFound(string group, string name) =>
        NotFound($"The Resource 'Microsoft.MachineLearningServices/registries/{name}' under resource group '{group}' was not found.");

    public static JsonHttpResult<ArmErrorResponse> Conflict(string message) => Of(409, "Conflict", message);

    public static JsonHttpResult<ArmErrorResponse> NotEmulated(string method, string what) =>
        Of(501, "NotEmulated", $"{method} {what} is not emulated. docs/emulator.md lists the operations that are.");
}
