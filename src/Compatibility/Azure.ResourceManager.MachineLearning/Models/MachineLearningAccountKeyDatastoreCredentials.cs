using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A storage account's key.</summary>
public partial class MachineLearningAccountKeyDatastoreCredentials : MachineLearningDatastoreCredentials
{
    public MachineLearningAccountKeyDatastoreCredentials(MachineLearningAccountKeyDatastoreSecrets secrets)
        : base("AccountKey")
    {
        ArgumentNullException.ThrowIfNull(secrets);
        Secrets = secrets;
    }

    public MachineLearningAccountKeyDatastoreSecrets Secrets { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOptional("secrets", Secrets);
}
