using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Blobs.Access;

/// <summary>
/// Serves a storage account under a host of its own, as Azure does: <c>https://ACCOUNT.blob.core.localhost:PORT/CONTAINER/BLOB</c> is
/// <c>https://localhost:PORT/ACCOUNT/CONTAINER/BLOB</c>.
/// </summary>
internal sealed class AccountHosts(RequestDelegate next)
{
    /// <summary>Returns whether a host is that of an account.</summary>
    public static bool IsOne(HostString host) => host.Host.EndsWith(StorageAccountNames.HostSuffix, StringComparison.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host.Host;
        if (IsOne(context.Request.Host))
        {
            var path = new PathString($"/{host[..^StorageAccountNames.HostSuffix.Length].ToLowerInvariant()}{context.Request.Path}");
            if (StorageAccountNames.IsAccountPath(path))
                context.Request.Path = path;
        }

        return next(context);
    }
}
