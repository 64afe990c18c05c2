namespace WorkspaceEmulator.Wire.Errors;

/// <summary>Creates error responses as a storage account gives them.</summary>
internal static class StorageErrors
{
    public static StorageError Of(int status, string code, string message) => new(status, code, message);

    /// <summary>Creates the response to a signature that has expired.</summary>
    public static StorageError ExpiredSignature(TimeProvider time) =>
        Of(
            403,
            "AuthenticationFailed",
            "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the "
                + $"signature.\nTime:{time.GetUtcNow().UtcDateTime:O}"
        );
}
