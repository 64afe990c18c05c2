namespace Experiments.Model;

/// <summary>The kind of storage behind a datastore: a blob container or a file share.</summary>
public enum DatastoreKind
{
    AzureBlob,
    AzureFile,
}
