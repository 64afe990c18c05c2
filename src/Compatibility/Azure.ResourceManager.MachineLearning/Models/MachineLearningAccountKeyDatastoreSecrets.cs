using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A storage account's key. The service keeps it and omits it from its responses, except to a request for the secrets.</summary>
public partial class MachineLearningAccountKeyDatastoreSecrets : MachineLearningDatastoreSecrets
{
    public MachineLearningAccountKeyDatastoreSecrets()
        : base("AccountKey") { }

    public string? Key { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOptional("key", Key);
}
