using System.Security;
using System.Text;

namespace WorkspaceEmulator.Wire.Errors;

/// <summary>An error of a storage account: XML, with the code as a header too, and only the header where there is no body.</summary>
/// <param name="status">The status.</param>
/// <param name="code">The code.</param>
/// <param name="message">The message.</param>
internal sealed class StorageError(int status, string code, string message) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.Headers["x-ms-error-code"] = code;
        // Clients read a body wherever a type announces one.
        if (HttpMethods.IsHead(httpContext.Request.Method) || status == StatusCodes.Status304NotModified)
            return Task.CompletedTask;
        response.ContentType = "application/xml";
        return response.WriteAsync(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
                + $"<Error><Code>{code}</Code><Message>{SecurityElement.Escape(message)}</Message></Error>",
            Encoding.UTF8
        );
    }
}
