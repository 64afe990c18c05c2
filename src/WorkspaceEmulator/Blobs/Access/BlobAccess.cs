using WorkspaceEmulator.Access;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Blobs.Access;

/// <summary>
/// Decides who may do what with blobs: the owner's token, a signature by the account key, or a shared access signature. A job's token
/// grants nothing here.
/// </summary>
internal static class BlobAccess
{
    /// <summary>Returns the response that refuses a request; null when it is allowed.</summary>
    /// <param name="context">The request.</param>
    /// <param name="account">The account it is for.</param>
    /// <param name="container">The container.</param>
    /// <param name="blob">The blob; empty for an operation of the container.</param>
    /// <param name="permissions">Letters of a shared access signature, one of which must be granted.</param>
    /// <param name="time">The clock.</param>
    public static StorageError? Refuse(
        HttpContext context,
        StorageAccount account,
        string container,
        string blob,
        string permissions,
        TimeProvider time
    )
    {
        if (context.Features.Get<Caller>() is { IsOwner: true })
            return null;
        var now = time.GetUtcNow();
        if (
            SharedKeySignature.IsValid(context, account, now)
            || SharedAccessSignature.Grants(context.Request, account, container, blob, permissions, now)
        )
        {
            return null;
        }

        return context.Request.Headers.Authorization.Count == 0 && context.Request.Query["sig"].Count == 0
            ? StorageErrors.Of(
                401,
                "NoAuthenticationInformation",
                "Server failed to authenticate the request. Please refer to the information in the www-authenticate header."
            )
            : StorageErrors.ExpiredSignature(time);
    }
}
