using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>The secret part of a datastore's credentials.</summary>
public abstract partial class MachineLearningDatastoreSecrets : IJsonWritable
{
    private protected MachineLearningDatastoreSecrets(string secretsType) => SecretsType = secretsType;

    internal string SecretsType { get; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("secretsType", SecretsType);
        WriteOwnMembers(writer);
    }

    internal abstract void WriteOwnMembers(Utf8JsonWriter writer);

    internal static MachineLearningDatastoreSecrets Read(JsonElement json) =>
        json.Text("secretsType") switch
        {
            "AccountKey" => new MachineLearningAccountKeyDatastoreSecrets { Key = json.Text("key") },
            "Sas" => new MachineLearningSasDatastoreSecrets { SasToken = json.Text("sasToken") },
            var type => new UnknownMachineLearningDatastoreSecrets(type ?? "Unknown", json),
        };
}

/// <summary>Secrets of a kind that this subset does not know: they keep the members that they were read with.</summary>
internal sealed class UnknownMachineLearningDatastoreSecrets(string secretsType, JsonElement json)
    : MachineLearningDatastoreSecrets(secretsType)
{
    private readonly JsonElement json = json.Clone();

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOthers(json, "secretsType");
}
