using System.Net;
using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>One node of a cluster.</summary>
public partial class AmlComputeNodeInformation
{
    internal AmlComputeNodeInformation() { }

    public string? NodeId { get; private init; }

    public IPAddress? PrivateIPAddress { get; private init; }

    public IPAddress? PublicIPAddress { get; private init; }

    /// <summary>The SSH port.</summary>
    public int? Port { get; private init; }

    public MachineLearningNodeState? NodeState { get; private init; }

    /// <summary>Gets the job that runs on the node. It is null when the node is idle.</summary>
    public string? RunId { get; private init; }

    internal static AmlComputeNodeInformation Read(JsonElement json) =>
        new()
        {
            NodeId = json.Text("nodeId"),
            PrivateIPAddress = Address(json.Text("privateIpAddress")),
            PublicIPAddress = Address(json.Text("publicIpAddress")),
            Port = json.Int32("port"),
            NodeState = json.Value("nodeState", static text => new MachineLearningNodeState(text)),
            RunId = json.Text("runId"),
        };

    private static IPAddress? Address(string? text) => IPAddress.TryParse(text, out var address) ? address : null;
}
