using System.Text.Json;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>The machines of a cluster, and how many there are.</summary>
public partial class AmlComputeProperties : IJsonWritable
{
    /// <summary>Gets or sets the operating system of the nodes; by default Linux.</summary>
    public MachineLearningOSType? OSType { get; set; }

    /// <summary>Gets or sets the VM size, such as <c>Standard_NC4as_T4_v3</c>. It cannot change later.</summary>
    public string? VmSize { get; set; }

    public MachineLearningVmPriority? VmPriority { get; set; }

    /// <summary>ARM id of an image, for Windows nodes only.</summary>
    public string? VirtualMachineImageId { get; set; }

    public bool? IsolatedNetwork { get; set; }

    public AmlComputeScaleSettings? ScaleSettings { get; set; }

    /// <summary>The administrator account on each node.</summary>
    public MachineLearningUserAccountCredentials? UserAccountCredentials { get; set; }

    public ResourceIdentifier? SubnetId { get; set; }

    public MachineLearningRemoteLoginPortPublicAccess? RemoteLoginPortPublicAccess { get; set; }

    public bool? EnableNodePublicIP { get; set; }

    /// <summary>A JSON object with further properties.</summary>
    public BinaryData? PropertyBag { get; set; }

    public MachineLearningAllocationState? AllocationState { get; private init; }

    public DateTimeOffset? AllocationStateTransitionOn { get; private init; }

    /// <summary>Gets the errors that occurred while nodes were set up.</summary>
    public IReadOnlyList<MachineLearningError> Errors { get; private init; } = [];

    public int? CurrentNodeCount { get; private init; }

    public int? TargetNodeCount { get; private init; }

    public MachineLearningNodeStateCounts? NodeStateCounts { get; private init; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("osType", OSType?.ToString());
        writer.WriteOptional("vmSize", VmSize);
        writer.WriteOptional("vmPriority", VmPriority?.ToString());
        WriteId(writer, "virtualMachineImage", VirtualMachineImageId);
        writer.WriteOptional("isolatedNetwork", IsolatedNetwork);
        writer.WriteOptional("scaleSettings", ScaleSettings);
        writer.WriteOptional("userAccountCredentials", UserAccountCredentials);
        WriteId(writer, "subnet", SubnetId?.ToString());
        writer.WriteOptional("remoteLoginPortPublicAccess", RemoteLoginPortPublicAccess?.ToString());
        writer.WriteOptional("enableNodePublicIp", EnableNodePublicIP);
        writer.WriteOptional("propertyBag", PropertyBag);
    }

    internal static AmlComputeProperties Read(JsonElement json) =>
        new()
        {
            OSType = json.Value("osType", static text => new MachineLearningOSType(text)),
            VmSize = json.Text("vmSize"),
            VmPriority = json.Value("vmPriority", static text => new MachineLearningVmPriority(text)),
            VirtualMachineImageId = json.Member("virtualMachineImage").Text("id"),
            IsolatedNetwork = json.Boolean("isolatedNetwork"),
            ScaleSettings = json.Model("scaleSettings", AmlComputeScaleSettings.Read),
            UserAccountCredentials = json.Model("userAccountCredentials", MachineLearningUserAccountCredentials.Read),
            SubnetId = json.Member("subnet").ResourceId("id"),
            RemoteLoginPortPublicAccess = json.Value(
                "remoteLoginPortPublicAccess",
                static text => new MachineLearningRemoteLoginPortPublicAccess(text)
            ),
            EnableNodePublicIP = json.Boolean("enableNodePublicIp"),
            PropertyBag = json.Model("propertyBag", JsonReading.ToBinaryData),
            AllocationState = json.Value("allocationState", static text => new MachineLearningAllocationState(text)),
            AllocationStateTransitionOn = json.Date("allocationStateTransitionTime"),
            Errors = json.List("errors", MachineLearningError.Read),
            CurrentNodeCount = json.Int32("currentNodeCount"),
            TargetNodeCount = json.Int32("targetNodeCount"),
            NodeStateCounts = json.Model("nodeStateCounts", MachineLearningNodeStateCounts.Read),
        };

    private static void WriteId(Utf8JsonWriter writer, string name, string? id)
    {
        if (id is not null)
        {
            writer.WriteStartObject(name);
            writer.WriteString("id", id);
            writer.WriteEndObject();
        }
    }
}
