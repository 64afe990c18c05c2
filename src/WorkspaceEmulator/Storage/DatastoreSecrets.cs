namespace WorkspaceEmulator.Storage;

/// <summary>Describes how secrets of datastores are stored.</summary>
internal static class DatastoreSecrets
{
    /// <summary>The member of a stored datastore that holds its encrypted secrets. It is never part of a response.</summary>
    public const string Sealed = "sealedSecrets";

    /// <summary>What is said when the key of the stored secrets is not the emulator's.</summary>
    public const string Lost = "its secrets were encrypted with a key that is lost; register the datastore again.";
}
