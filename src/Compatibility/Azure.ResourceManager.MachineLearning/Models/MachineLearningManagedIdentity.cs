using System.Text.Json;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>The compute's managed identity: the system-assigned one, or the user-assigned one that one of the three ids names.</summary>
public partial class MachineLearningManagedIdentity : MachineLearningIdentityConfiguration
{
    public MachineLearningManagedIdentity()
        : base("Managed") { }

    public Guid? ClientId { get; set; }

    public Guid? ObjectId { get; set; }

    public ResourceIdentifier? ResourceId { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("clientId", ClientId?.ToString());
        writer.WriteOptional("objectId", ObjectId?.ToString());
        writer.WriteOptional("resourceId", ResourceId?.ToString());
    }
}
