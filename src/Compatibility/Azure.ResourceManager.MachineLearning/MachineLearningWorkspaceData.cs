using System.Text.Json;
using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>Describes a workspace as the service holds it. No request contains it.</summary>
public partial class MachineLearningWorkspaceData : TrackedResourceData
{
    public MachineLearningWorkspaceData(AzureLocation location)
        : base(location) { }

    private MachineLearningWorkspaceData(ArmEnvelope envelope)
        : base(envelope.Id, envelope.Name, envelope.Type, envelope.SystemData, envelope.Tags, envelope.Location) { }

    public ManagedServiceIdentity? Identity { get; set; }

    /// <summary>The immutable id, a GUID.</summary>
    public string? WorkspaceId { get; private init; }

    public string? Description { get; set; }

    public string? FriendlyName { get; set; }

    /// <summary>ARM id, as the three below.</summary>
    public string? KeyVault { get; set; }

    public string? ApplicationInsights { get; set; }

    public string? ContainerRegistry { get; set; }

    public string? StorageAccount { get; set; }

    /// <summary>Gets or sets the address at which a client finds the data-plane services of the region.</summary>
    public Uri? DiscoveryUri { get; set; }

    public MachineLearningProvisioningState? ProvisioningState { get; private init; }

    public bool? IsHbiWorkspace { get; set; }

    public string? ImageBuildCompute { get; set; }

    public string? PrimaryUserAssignedIdentity { get; set; }

    public Guid? TenantId { get; private init; }

    /// <summary>The <c>azureml://</c> address of the workspace's MLflow server.</summary>
    public Uri? MlFlowTrackingUri { get; private init; }

    public bool? IsV1LegacyMode { get; set; }

    internal static MachineLearningWorkspaceData Read(JsonElement json)
    {
        var properties = json.Member("properties");
        return new(ArmEnvelope.Read(json))
        {
            Identity = json.Model("identity", static identity => JsonSerializer.Deserialize<ManagedServiceIdentity>(identity)!),
            WorkspaceId = properties.Text("workspaceId"),
            Description = properties.Text("description"),
            FriendlyName = properties.Text("friendlyName"),
            KeyVault = properties.Text("keyVault"),
            ApplicationInsights = properties.Text("applicationInsights"),
            ContainerRegistry = properties.Text("containerRegistry"),
            StorageAccount = properties.Text("storageAccount"),
            DiscoveryUri = properties.Link("discoveryUrl"),
            ProvisioningState = properties.Value("provisioningState", static text => new MachineLearningProvisioningState(text)),
            IsHbiWorkspace = properties.Boolean("hbiWorkspace"),
            ImageBuildCompute = properties.Text("imageBuildCompute"),
            PrimaryUserAssignedIdentity = properties.Text("primaryUserAssignedIdentity"),
            TenantId = properties.Guid("tenantId"),
            MlFlowTrackingUri = properties.Link("mlFlowTrackingUri"),
            IsV1LegacyMode = properties.Boolean("v1LegacyMode"),
        };
    }
}
