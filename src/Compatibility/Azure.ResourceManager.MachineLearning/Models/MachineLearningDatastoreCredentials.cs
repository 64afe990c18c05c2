using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Signs in to the storage behind a datastore.</summary>
public abstract partial class MachineLearningDatastoreCredentials : IJsonWritable
{
    private protected MachineLearningDatastoreCredentials(string credentialsType) => CredentialsType = credentialsType;

    internal string CredentialsType { get; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("credentialsType", CredentialsType);
        WriteOwnMembers(writer);
    }

    internal abstract void WriteOwnMembers(Utf8JsonWriter writer);

    internal static MachineLearningDatastoreCredentials Read(JsonElement json) =>
        json.Text("credentialsType") switch
        {
            "None" => new MachineLearningNoneDatastoreCredentials(),
            "AccountKey" => new MachineLearningAccountKeyDatastoreCredentials(
                new MachineLearningAccountKeyDatastoreSecrets { Key = json.Member("secrets").Text("key") }
            ),
            "Sas" => new MachineLearningSasDatastoreCredentials(
                new MachineLearningSasDatastoreSecrets { SasToken = json.Member("secrets").Text("sasToken") }
            ),
            var type => new UnknownMachineLearningDatastoreCredentials(type ?? "Unknown", json),
        };
}

/// <summary>Credentials of a kind that this subset does not know: they keep the members that they were read with.</summary>
internal sealed class UnknownMachineLearningDatastoreCredentials(string credentialsType, JsonElement json)
    : MachineLearningDatastoreCredentials(credentialsType)
{
    private readonly JsonElement json = json.Clone();

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOthers(json, "credentialsType");
}
