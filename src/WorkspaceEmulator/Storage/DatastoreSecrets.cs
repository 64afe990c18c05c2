namespace WorkspaceEmulator.Storage;

/// <summary>How the secrets of datastores are kept.</summary>
internal static class DatastoreSecrets
{
    /// <summary>Member of a stored datastore that holds its secrets, encrypted; never rendered.</summary>
    public const string Sealed = "sealedSecrets";
}
