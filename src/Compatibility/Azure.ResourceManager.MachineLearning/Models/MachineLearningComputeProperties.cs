using System.Text.Json;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Properties common to all kinds of compute.</summary>
public abstract partial class MachineLearningComputeProperties : IJsonWritable
{
    private protected MachineLearningComputeProperties(string computeType) => ComputeType = computeType;

    public string? ComputeLocation { get; set; }

    public string? Description { get; set; }

    /// <summary>Gets or sets whether only identities of Microsoft Entra may use the compute.</summary>
    public bool? DisableLocalAuth { get; set; }

    /// <summary>The machine behind an attached compute.</summary>
    public ResourceIdentifier? ResourceId { get; set; }

    public DateTimeOffset? CreatedOn { get; private set; }

    public DateTimeOffset? ModifiedOn { get; private set; }

    public bool? IsAttachedCompute { get; private set; }

    public IReadOnlyList<MachineLearningError> ProvisioningErrors { get; private set; } = [];

    public MachineLearningProvisioningState? ProvisioningState { get; private set; }

    internal string ComputeType { get; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("computeType", ComputeType);
        writer.WriteOptional("computeLocation", ComputeLocation);
        writer.WriteOptional("description", Description);
        writer.WriteOptional("disableLocalAuth", DisableLocalAuth);
        writer.WriteOptional("resourceId", ResourceId?.ToString());
        WriteOwnMembers(writer);
    }

    internal abstract void WriteOwnMembers(Utf8JsonWriter writer);

    internal static MachineLearningComputeProperties Read(JsonElement json)
    {
        var type = json.Text("computeType");
        MachineLearningComputeProperties compute =
            type == "AmlCompute"
                ? new AmlCompute { Properties = json.Model("properties", AmlComputeProperties.Read) }
                : new UnknownMachineLearningComputeProperties(type ?? "Unknown", json);
        compute.ComputeLocation = json.Text("computeLocation");
        compute.Description = json.Text("description");
        compute.DisableLocalAuth = json.Boolean("disableLocalAuth");
        compute.ResourceId = json.ResourceId("resourceId");
        compute.CreatedOn = json.Date("createdOn");
        compute.ModifiedOn = json.Date("modifiedOn");
        compute.IsAttachedCompute = json.Boolean("isAttachedCompute");
        compute.ProvisioningErrors = json.List("provisioningErrors", MachineLearningError.Read);
        compute.ProvisioningState = json.Value("provisioningState", static text => new MachineLearningProvisioningState(text));
        return compute;
    }
}

/// <summary>A compute of a kind that this subset does not know: it keeps the members that it was read with.</summary>
internal sealed class UnknownMachineLearningComputeProperties(string computeType, JsonElement json)
    : MachineLearningComputeProperties(computeType)
{
    private static readonly string[] Written =
    [
        "computeType",
        "computeLocation",
        "description",
        "disableLocalAuth",
        "resourceId",
        "createdOn",
        "modifiedOn",
        "isAttachedCompute",
        "provisioningErrors",
        "provisioningState",
    ];

    private readonly JsonElement json = json.Clone();

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOthers(json, Written);
}
