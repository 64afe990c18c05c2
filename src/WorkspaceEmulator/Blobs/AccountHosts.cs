using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Blobs;

/// <summary>
/// Serves a storage account under a host of its own, as Azure does: <c>https://ACCOUNT.blob.core.localhost:PORT/CONTAINER/BLOB</c> is
/// <c>https://localhost:PORT/ACCOUNT/CONTAINER/BLOB</c>.
/// </summary>
internal sealed class AccountHosts(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host.Host;
        if (host.EndsWith(StorageAccountNames.HostSuffix, StringComparison.OrdinalIgnoreCase))
        {
            var path = new PathString($"/{host[..^StorageAccountNames.HostSuffix.Length].ToLowerInvariant()}{context.Request.Path}");
            if (StorageAccountNames.IsAccountPath(path))
                context.Request.Path = path;
        }

        return next(context);
    }
}
