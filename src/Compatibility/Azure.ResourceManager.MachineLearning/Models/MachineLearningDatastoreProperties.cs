using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Holds the properties of every kind of datastore. A kind that this subset does not know has only these.</summary>
public partial class MachineLearningDatastoreProperties : MachineLearningResourceBase
{
    private static readonly string[] Written = ["datastoreType", "credentials", "isDefault", "description", "properties", "tags"];

    private JsonElement unknown;

    public MachineLearningDatastoreProperties(MachineLearningDatastoreCredentials credentials)
        : this("Unknown", credentials) { }

    private protected MachineLearningDatastoreProperties(string datastoreType, MachineLearningDatastoreCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        DatastoreType = datastoreType;
        Credentials = credentials;
    }

    public MachineLearningDatastoreCredentials Credentials { get; set; }

    /// <summary>Gets whether this is the default datastore of the workspace.</summary>
    public bool? IsDefault { get; private set; }

    internal string DatastoreType { get; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("datastoreType", DatastoreType);
        writer.WriteOptional("credentials", Credentials);
        WriteKindMembers(writer);
    }

    internal virtual void WriteKindMembers(Utf8JsonWriter writer) => writer.WriteOthers(unknown, Written);

    internal static MachineLearningDatastoreProperties Read(JsonElement json)
    {
        var credentials = MachineLearningDatastoreCredentials.Read(json.Member("credentials"));
        var datastore = json.Text("datastoreType") switch
        {
            "AzureBlob" => MachineLearningAzureBlobDatastore.Read(json, credentials),
            "AzureFile" => MachineLearningAzureFileDatastore.Read(json, credentials),
            var type => new MachineLearningDatastoreProperties(type ?? "Unknown", credentials) { unknown = json.Clone() },
        };
        datastore.IsDefault = json.Boolean("isDefault");
        datastore.ReadBaseMembers(json);
        return datastore;
    }
}
