using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A datastore on a container of Azure Blob storage.</summary>
public partial class MachineLearningAzureBlobDatastore : MachineLearningDatastoreProperties
{
    public MachineLearningAzureBlobDatastore(MachineLearningDatastoreCredentials credentials)
        : base("AzureBlob", credentials) { }

    public string? AccountName { get; set; }

    public string? ContainerName { get; set; }

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
        writer.WriteOptional("containerName", ContainerName);
        writer.WriteOptional("endpoint", Endpoint);
        writer.WriteOptional("protocol", Protocol);
        writer.WriteOptional("serviceDataAccessAuthIdentity", ServiceDataAccessAuthIdentity?.ToString());
        writer.WriteOptional("resourceGroup", ResourceGroup);
        writer.WriteOptional("subscriptionId", SubscriptionId);
    }

    internal static MachineLearningAzureBlobDatastore Read(JsonElement json, MachineLearningDatastoreCredentials credentials) =>
        new(credentials)
        {
            AccountName = json.Text("accountName"),
            ContainerName = json.Text("containerName"),
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
