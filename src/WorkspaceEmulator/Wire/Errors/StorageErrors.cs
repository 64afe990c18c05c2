using System.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace WorkspaceEmulator.Wire.Errors;

/// <summary>Creates error responses as a storage account gives them: XML, with the code as a header too.</summary>
internal static class StorageErrors
{
    public static ContentHttpResult Of(HttpResponse response, int status, string code, string message)
    {
        response.Headers["x-ms-error-code"] = code;
        return TypedResults.Content(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
                + $"<Error><Code>{code}</Code><Message>{SecurityElement.Escape(message)}</Message></Error>",
            "application/xml",
            statusCode: status
        );
    }

    /// <summary>Creates the response to a signature that has expired.</summary>
    public static ContentHttpResult ExpiredSignature(HttpResponse response, TimeProvider time) =>
        Of(
            response,
            403,
            "AuthenticationFailed",
            "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the "
                + $"signature.\nTime:{time.GetUtcNow().UtcDateTime:O}"
        );
}
