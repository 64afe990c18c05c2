using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A datastore on a share of Azure Files.</summary>
public partial class MachineLearningAzureFileDatastore : MachineLearningDatastoreProperties
{
    public MachineLearningAzureFileDatastore(MachineLearningDatastoreCredentials credentials, string accountName, string fileShareName)
        : base("AzureFile", credentials)
    {
        ArgumentNullException.ThrowIfNull(accountName);
        ArgumentNullException.ThrowIfNull(fileShareName);
        AccountName = accountName;
        FileShareName = fileShareName;
    }

    public string AccountName { get; set; }

    public string FileShareName { get; set; }

    /// <summary>Domain suffix of the storage service, for example <c>core.windows.net</c>.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Gets or sets the protocol, such as <c>https</c>.</summary>
    public string? Protocol { get; set; }

    public MachineLearningServiceDataAccessAuthIdentity? ServiceDataAccessAuthIdentity { get; set; }

    public string? ResourceGroup { get; set; }

    public string? SubscriptionId { get; set; }

    internal override void WriteKindMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("accountName", AccountName);
        writer.WriteOptional("fileShareName", FileShareName);
        writer.WriteOptional("endpoint", Endpoint);
        writer.WriteOptional("protocol", Protocol);
        writer.WriteOptional("serviceDataAccessAuthIdentity", ServiceDataAccessAuthIdentity?.ToString());
        writer.WriteOptional("resourceGroup", ResourceGroup);
        writer.WriteOptional("subscriptionId", SubscriptionId);
    }

    internal static MachineLearningAzureFileDatastore Read(JsonElement json, MachineLearningDatastoreCredentials credentials) =>
        new(credentials, json.Text("accountName") ?? string.Empty, json.Text("fileShareName") ?? string.Empty)
        {
            Endpoint = json.Text("endpoint"),
            Protocol = json.Text("protocol"),
            ServiceDataAccessAuthIdentity = json.Value(
                "serviceDataAccessAuthIdentity",
                static text => new MachineLearningServiceDataAccessAuthIdentity(text)
            ),
            ResourceGroup = json.Text("resourceGroup"),
            SubscriptionId = json.Text("subscriptionId"),
        };
}
