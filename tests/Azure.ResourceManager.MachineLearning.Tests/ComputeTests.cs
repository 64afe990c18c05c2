using System.Net;
using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning.Tests;

public class ComputeTests
{
    private const string OperationUri =
        "https://management.azure.com/subscriptions/s/providers/Microsoft.MachineLearningServices/locations/westeurope"
        + "/computeOperationsStatus/7?api-version=2024-10-01";

    [Fact]
    public async Task CreateOrUpdateAsync_ReturnsTheProvisionedCluster_WhenSentWhole()
    {
        using var arm = new ScriptedArm()
            .Answer(
                201,
                ScriptedArm.Example("compute.json", "properties.provisioningState", "Creating"),
                ("Azure-AsyncOperation", OperationUri)
            )
            .Answer(200, """{"status":"Succeeded"}""")
            .Answer(200, ScriptedArm.Example("compute.json"));

        var operation = await arm.Workspace()
            .GetMachineLearningComputes()
            .CreateOrUpdateAsync(WaitUntil.Completed, "gpu", Examples.Compute(), TestContext.Current.CancellationToken);

        Assert.Equal(ScriptedArm.Read("Requests/create-compute.expected.txt"), arm.Transcript);
        Assert.Equal(MachineLearningProvisioningState.Succeeded, operation.Value.Data.Properties?.ProvisioningState);
    }

    [Fact]
    public async Task CreateOrUpdateAsync_SendsOnlyMembers_ThatAreSet()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("compute.json"));
        var data = new MachineLearningComputeData(AzureLocation.WestEurope)
        {
            Properties = new AmlCompute
            {
                Properties = new AmlComputeProperties { VmSize = "Standard_DS3_v2", ScaleSettings = new AmlComputeScaleSettings(1) },
            },
        };

        await arm.Workspace()
            .GetMachineLearningComputes()
            .CreateOrUpdateAsync(WaitUntil.Completed, "cpu", data, TestContext.Current.CancellationToken);

        Assert.Equal(ScriptedArm.Read("Requests/create-small-compute.expected.txt"), arm.Transcript);
    }

    [Fact]
    public async Task CreateOrUpdateAsync_OmitsReadOnlyMembers_WhenAResponseIsSentBack()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("compute.json")).Answer(200, ScriptedArm.Example("compute.json"));
        var computes = arm.Workspace().GetMachineLearningComputes();
        var data = (await computes.GetAsync("gpu", TestContext.Current.CancellationToken)).Value.Data;

        await computes.CreateOrUpdateAsync(WaitUntil.Completed, "gpu", data, TestContext.Current.CancellationToken);

        Assert.Equal(ScriptedArm.Read("Requests/send-back-compute.expected.txt"), arm.Requests[1]);
    }

    [Fact]
    public async Task GetAsync_ReadsEveryMember()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("compute.json"));

        var compute = (await arm.Workspace().GetMachineLearningComputeAsync("gpu", TestContext.Current.CancellationToken)).Value;

        Assert.Equal(Examples.ComputeId, compute.Id);
        var cluster = Assert.IsType<AmlCompute>(compute.Data.Properties);
        Assert.Equal("westeurope", cluster.ComputeLocation);
        Assert.True(cluster.DisableLocalAuth);
        Assert.False(cluster.IsAttachedCompute);
        Assert.Empty(cluster.ProvisioningErrors);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), cluster.CreatedOn);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 5, 5, TimeSpan.Zero), cluster.ModifiedOn);
        var properties = cluster.Properties!;
        Assert.Equal(MachineLearningOSType.Linux, properties.OSType);
        Assert.Equal("STANDARD_NC4AS_T4_V3", properties.VmSize);
        Assert.Equal(MachineLearningVmPriority.LowPriority, properties.VmPriority);
        Assert.Equal((0, 4), (properties.ScaleSettings!.MinNodeCount, properties.ScaleSettings.MaxNodeCount));
        Assert.Equal(TimeSpan.FromMinutes(15), properties.ScaleSettings.NodeIdleTimeBeforeScaleDown);
        Assert.Equal("d", properties.SubnetId?.Name);
        Assert.Equal(MachineLearningAllocationState.Resizing, properties.AllocationState);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 5, 0, TimeSpan.Zero), properties.AllocationStateTransitionOn);
        Assert.Equal(("OutOfCapacity", "No GPU is free."), (properties.Errors.Single().Error?.Code, properties.Errors[0].Error?.Message));
        Assert.Equal((1, 2), (properties.CurrentNodeCount, properties.TargetNodeCount));
        Assert.Equal(
            (1, 1, 0),
            (
                properties.NodeStateCounts?.RunningNodeCount,
                properties.NodeStateCounts?.PreparingNodeCount,
                properties.NodeStateCounts?.IdleNodeCount
            )
        );
        Assert.True(properties.EnableNodePublicIP);
        Assert.Equal("{}", properties.PropertyBag?.ToString());
        Assert.Empty(compute.Data.Tags);
    }

    [Fact]
    public async Task GetAsync_ReadsTheState_WhenAClusterIsBeingCreated()
    {
        var body = $$$"""
            {"id":"{{{Examples.ComputeId}}}","name":"gpu","location":"westeurope","properties":{"computeType":"AmlCompute",
             "provisioningState":"Creating"}}
            """;
        using var arm = new ScriptedArm().Answer(200, body);

        var data = (await arm.Workspace().GetMachineLearningComputeAsync("gpu", TestContext.Current.CancellationToken)).Value.Data;

        Assert.Equal(MachineLearningProvisioningState.Creating, data.Properties?.ProvisioningState);
        Assert.Equal(MachineLearningComputeResource.ResourceType, data.ResourceType);
        Assert.Null(Assert.IsType<AmlCompute>(data.Properties).Properties);
    }

    [Fact]
    public async Task UpdateAsync_SendsTheScaleSettings()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("compute.json"));
        var patch = new MachineLearningComputePatch
        {
            ScaleSettings = new AmlComputeScaleSettings(6) { NodeIdleTimeBeforeScaleDown = TimeSpan.FromSeconds(90) },
        };

        await arm.Connect()
            .GetMachineLearningComputeResource(Examples.ComputeId)
            .UpdateAsync(WaitUntil.Completed, patch, TestContext.Current.CancellationToken);

        Assert.Equal(ScriptedArm.Read("Requests/update-compute.expected.txt"), arm.Transcript);
    }

    [Fact]
    public async Task DeleteAsync_Polls_UntilTheClusterIsDeleted()
    {
        using var arm = new ScriptedArm()
            .Answer(202, null, ("Azure-AsyncOperation", OperationUri), ("Location", "https://management.azure.com/elsewhere"))
            .Answer(200, """{"status":"Succeeded"}""");

        await arm.Connect()
            .GetMachineLearningComputeResource(Examples.ComputeId)
            .DeleteAsync(WaitUntil.Completed, MachineLearningUnderlyingResourceAction.Delete, TestContext.Current.CancellationToken);

        Assert.Equal(ScriptedArm.Read("Requests/delete-compute.expected.txt"), arm.Transcript);
    }

    [Fact]
    public async Task DeleteAsync_Completes_WhenTheClusterIsMissing()
    {
        using var arm = new ScriptedArm().Answer(204);

        var operation = await arm.Connect()
            .GetMachineLearningComputeResource(Examples.ComputeId)
            .DeleteAsync(WaitUntil.Started, MachineLearningUnderlyingResourceAction.Detach, TestContext.Current.CancellationToken);

        Assert.True(operation.HasCompleted);
        Assert.EndsWith("&underlyingResourceAction=Detach\n", arm.Transcript);
    }

    [Fact]
    public async Task GetNodesAsync_ReadsEveryPage()
    {
        using var arm = new ScriptedArm()
            .Answer(
                200,
                """
                {"nodes":[{"nodeId":"tvm-1","privateIpAddress":"10.0.0.4","publicIpAddress":null,"port":50000.0,
                 "nodeState":"running","runId":"pothole-0a1b2c"}],
                 "nextLink":"https://management.azure.com/next?page=2"}
                """
            )
            .Answer(200, """{"nodes":[{"nodeId":"tvm-2","nodeState":"idle","publicIpAddress":"not an address"}]}""");

        var nodes = new List<AmlComputeNodeInformation>();
        await foreach (
            var node in arm.Connect()
                .GetMachineLearningComputeResource(Examples.ComputeId)
                .GetNodesAsync(TestContext.Current.CancellationToken)
        )
        {
            nodes.Add(node);
        }

        Assert.Equal(ScriptedArm.Read("Requests/list-nodes.expected.txt"), arm.Transcript);
        Assert.Equal(["tvm-1", "tvm-2"], nodes.Select(node => node.NodeId));
        Assert.Equal([MachineLearningNodeState.Running, MachineLearningNodeState.Idle], nodes.Select(node => node.NodeState));
        Assert.Equal((50000, IPAddress.Parse("10.0.0.4"), "pothole-0a1b2c"), (nodes[0].Port, nodes[0].PrivateIPAddress, nodes[0].RunId));
        Assert.Null(nodes[1].PublicIPAddress);
    }

    [Fact]
    public async Task GetIfExistsAsync_ReturnsNoValue_WhenTheServiceResponds404()
    {
        using var arm = new ScriptedArm().Answer(404, """{"error":{"code":"ResourceNotFound","message":"not there"}}""");

        var found = await arm.Workspace().GetMachineLearningComputes().GetIfExistsAsync("gpu", TestContext.Current.CancellationToken);

        Assert.False(found.HasValue);
        Assert.Equal(404, found.GetRawResponse().Status);
        Assert.Throws<InvalidOperationException>(() => found.Value);
    }

    [Fact]
    public async Task GetAllAsync_ReadsTheBase_WhenAComputeIsOfAnUnknownKind()
    {
        var other = ScriptedArm.Example("compute.json", "properties.computeType", "ComputeInstance");
        using var arm = new ScriptedArm()
            .Answer(200, $$"""{"value":[{{other}}],"nextLink":null}""")
            .Answer(200, """{"value":[]}""")
            .Answer(200, other);
        var computes = arm.Workspace().GetMachineLearningComputes();

        var all = await computes.ToListAsync(TestContext.Current.CancellationToken);
        await foreach (var compute in computes.GetAllAsync("token/1", TestContext.Current.CancellationToken))
            Assert.Fail($"{compute.Id} got no response.");

        Assert.Equal(ScriptedArm.Read("Requests/list-computes.expected.txt"), arm.Transcript);
        Assert.Equal(MachineLearningProvisioningState.Succeeded, all.Single().Data.Properties?.ProvisioningState);
        await computes.CreateOrUpdateAsync(WaitUntil.Completed, "gpu", all[0].Data, TestContext.Current.CancellationToken);
        Assert.Contains("\"computeType\": \"ComputeInstance\"", arm.Requests[2], StringComparison.Ordinal);
        Assert.Contains("\"vmSize\"", arm.Requests[2], StringComparison.Ordinal);
        Assert.DoesNotContain("provisioningState", arm.Requests[2], StringComparison.Ordinal);
    }
}
