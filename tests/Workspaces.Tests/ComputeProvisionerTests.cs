using System.Text.Json.Nodes;
using Experiments;
using Workspaces.Tests.Doubles;

namespace Workspaces.Tests;

public class ComputeProvisionerTests
{
    private static readonly string Path = $"{FakeService.WorkspaceId}/computes/test";
    private static readonly string Operation = "/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.MachineLearningServices/locations/westeurope/computeOperationsStatus/1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EnsureAsync_CreatesTheClusterAndWaits_WhenItIsMissing()
    {
        var service = new FakeService();
        OnCreation(service, """{"status":"InProgress"}""", """{"status":"InProgress"}""", """{"status":"Succeeded"}""");
        var progress = new List<string>();

        var target = await EnsureAsync(service, TestPlans.Compute, progress);

        Assert.Equal(new ComputeTarget("test", Path, "Standard_NC4as_T4_v3", 3, StageChange.Created, []), target with { Differences = [] });
        ExpectedRequest.Matches("compute.json", service.Sent.Single(request => request.Method == "PUT").Body);
        Assert.Equal("Creating cluster 'test' (Standard_NC4as_T4_v3, 0 to 3 nodes)", progress[0]);
    }

    [Fact]
    public async Task EnsureAsync_GivesTheServicesReason_WhenCreationFails()
    {
        var service = new FakeService();
        OnCreation(service, """{"status":"Failed","error":{"code":"ClusterCoreQuotaReached","message":"The quota of NCASv3_T4 is 0."}}""");

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => EnsureAsync(service, TestPlans.Compute));

        Assert.Contains("ClusterCoreQuotaReached: The quota of NCASv3_T4 is 0.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EnsureAsync_SendsNothing_WhenTheClusterFits()
    {
        var service = new FakeService();
        OnGet(service, Cluster());

        var target = await EnsureAsync(service, TestPlans.Compute);

        Assert.Equal(StageChange.Unchanged, target.Change);
        Assert.Empty(target.Differences);
        Assert.Single(service.Sent);
    }

    [Fact]
    public async Task EnsureAsync_LetsTheClusterGrow_WhenItHasTooFewNodes()
    {
        var service = new FakeService();
        var small = Cluster();
        Settings(small)["scaleSettings"] = JsonNode.Parse("""{"minNodeCount":0,"maxNodeCount":1,"nodeIdleTimeBeforeScaleDown":"PT2M"}""");
        service.OnEach("GET", Path, FakeService.Json(200, small.ToJsonString()), FakeService.Json(200, Cluster().ToJsonString()));
        service.On("PATCH", Path, FakeService.Json(200, Cluster().ToJsonString()));

        var target = await EnsureAsync(service, TestPlans.Compute);

        Assert.Equal(StageChange.Updated, target.Change);
        Assert.Equal(3, target.MaxNodes);
        Assert.Equal(["maxNodeCount: 1 → 3", "nodeIdleTimeBeforeScaleDown: 2 min kept, 15 min asked"], target.Differences);
        ExpectedRequest.Matches("compute-scale.json", service.Sent.Single(request => request.Method == "PATCH").Body);
    }

    [Fact]
    public async Task EnsureAsync_KeepsALargerCluster_AndSaysSo()
    {
        var service = new FakeService();
        OnGet(service, Cluster());

        var target = await EnsureAsync(service, TestPlans.Compute with { MaxNodes = 1, MinNodes = 1 });

        Assert.Equal(StageChange.Unchanged, target.Change);
        Assert.Equal(3, target.MaxNodes);
        Assert.Equal(["maxNodeCount: 3 kept, 1 asked", "minNodeCount: 0 kept, 1 asked"], target.Differences);
    }

    [Fact]
    public async Task EnsureAsync_NamesTheChoices_WhenSizeAndPriorityDiffer()
    {
        var service = new FakeService();
        OnGet(service, Cluster());

        var error = await Assert.ThrowsAsync<WorkspaceException>(
            () => EnsureAsync(service, TestPlans.Compute with { VmSize = "Standard_NC8as_T4_v3", Priority = VmPriority.LowPriority }));

        Assert.Equal(
            "COMPUTE.VM_SIZE is Standard_NC8as_T4_v3 and cluster 'test' has nodes of STANDARD_NC4AS_T4_V3; a cluster cannot change its size: "
            + "set COMPUTE.VM_SIZE to STANDARD_NC4AS_T4_V3, or COMPUTE_NAME to a cluster that does not exist yet.\n"
            + "COMPUTE.PRIORITY is LowPriority and cluster 'test' is Dedicated; a cluster cannot change its priority: "
            + "set COMPUTE.PRIORITY to Dedicated, or COMPUTE_NAME to a cluster that does not exist yet.",
            error.Message.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task EnsureAsync_GivesTheServicesReason_WhenTheClusterThereFailed()
    {
        var failed = Cluster();
        failed["properties"]!["provisioningState"] = "Failed";
        failed["properties"]!["provisioningErrors"] = JsonNode.Parse("""[{"error":{"code":"SubnetFull","message":"No address is free."}}]""");
        var service = new FakeService();
        OnGet(service, failed);

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => EnsureAsync(service, TestPlans.Compute));

        Assert.Equal(
            "Cluster 'test' is Failed; it must be Succeeded. SubnetFull: No address is free. Delete it (`az ml compute delete --name test`) and run again, or set COMPUTE_NAME to another name.",
            error.Message);
    }

    [Fact]
    public async Task EnsureAsync_Waits_WhileSomebodyElseCreatesIt()
    {
        var creating = Cluster();
        creating["properties"]!["provisioningState"] = "Creating";
        var service = new FakeService();
        service.OnEach("GET", Path, FakeService.Json(200, creating.ToJsonString()), FakeService.Json(200, creating.ToJsonString()), FakeService.Json(200, Cluster().ToJsonString()));
        var progress = new List<string>();

        var target = await EnsureAsync(service, TestPlans.Compute, progress);

        Assert.Equal(StageChange.Unchanged, target.Change);
        Assert.Equal(["Waiting for cluster 'test': Creating", "Waiting for cluster 'test': Creating"], progress);
    }

    private static JsonObject Cluster() => JsonNode.Parse($$$"""
        {"id":"{{{Path}}}","name":"test","type":"Microsoft.MachineLearningServices/workspaces/computes","location":"westeurope","properties":{
         "computeType":"AmlCompute","provisioningState":"Succeeded","properties":{"osType":"Linux","vmSize":"STANDARD_NC4AS_T4_V3","vmPriority":"Dedicated",
         "scaleSettings":{"minNodeCount":0,"maxNodeCount":3,"nodeIdleTimeBeforeScaleDown":"PT15M"} } } }
        """)!.AsObject();

    private static JsonObject Settings(JsonObject cluster) => cluster["properties"]!["properties"]!.AsObject();

    private static void OnGet(FakeService service, JsonObject cluster) => service.On("GET", Path, FakeService.Json(200, cluster.ToJsonString()));

    /// <summary>404 until it is put; then the operation's states in turn, and the cluster as it was put.</summary>
    private static void OnCreation(FakeService service, params string[] states)
    {
        service.On("PUT", Path, request =>
        {
            var cluster = JsonNode.Parse(request.Body)!.AsObject();
            (cluster["id"], cluster["name"]) = (Path, "test");
            cluster["properties"]!["provisioningState"] = "Creating";
            var answer = FakeService.Json(201, cluster.ToJsonString(), ("Azure-AsyncOperation", $"https://localhost:1{Operation}?api-version=2024-10-01"))(request);
            cluster["properties"]!["provisioningState"] = "Succeeded";
            OnGet(service, cluster);
            return answer;
        });
        service.OnEach("GET", Operation, [.. states.Select(state => FakeService.Json(200, state))]);
    }

    private static async Task<ComputeTarget> EnsureAsync(FakeService service, ComputePlan plan, List<string>? progress = null)
    {
        var provisioner = new ComputeProvisioner(await service.ConnectAsync(), new SkippingTime());
        return await provisioner.EnsureAsync(plan, await provisioner.ReadAsync(plan, Stop), new Lines(progress ?? []), Stop);
    }

    private sealed class Lines(List<string> lines) : IProgress<string>
    {
        public void Report(string value) => lines.Add(value);
    }
}
