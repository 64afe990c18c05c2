using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Access;

/// <summary>
/// Authenticates requests by the owner's token, a job's token or, for logs, the signature in the address.
/// </summary>
internal sealed class Authentication(RequestDelegate next, AccessTokens tokens)
{
    private static readonly string[] OpenPaths = ["/discovery", "/metadata/endpoints", "/azureml", "/oauth2", "/studio"];
    private static readonly string[] JobPaths = ["/history", "/artifact", "/mlflow"];

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        var token = BearerToken(context.Request);
        if (token is not null && tokens.IsOwner(token))
        {
            context.Features.Set(new Caller(null));
            return next(context);
        }

        if (token is not null && tokens.RunOf(token) is { } run)
        {
            context.Features.Set(new Caller(run));
            return JobPaths.Any(prefix => path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase))
                ? next(context)
                : ArmErrors.Forbidden("A job's token opens run history, artifacts and MLflow of that job only.").ExecuteAsync(context);
        }

        // The studio, to which the root leads, has a token and a cookie of its own. Discovery and the description of clouds
        // return addresses only, as on Azure.
        // Signatures of log addresses and of storage accounts, and secrets of registry token requests, are checked by their endpoints.
        return
            path == "/"
            || OpenPaths.Any(prefix => path.StartsWithSegments(prefix, StringComparison.Ordinal))
            || StorageAccountNames.IsAccountPath(path)
            ? next(context)
            : ArmErrors.Unauthorized().ExecuteAsync(context);
    }

    private static string? BearerToken(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? header["Bearer ".Length..].Trim()
            : null;
}
