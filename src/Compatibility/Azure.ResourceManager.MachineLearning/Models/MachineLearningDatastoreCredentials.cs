using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>How the storage behind a datastore is reached.</summary>
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
            var type => new UnknownMachineLearningDatastoreCredentials(type ?? "Unknown"),
        };
}

/// <summary>Credentials of a kind this subset does not know: they can be read, not sent.</summary>
internal sealed class UnknownMachineLearningDatastoreCredentials(string credentialsType)
    : MachineLearningDatastoreCredentials(credentialsType)
{
    internal override void WriteOwnMembers(Utf8JsonWriter writer) => throw JsonWriting.Unwritable("datastore credential", CredentialsType);
}
