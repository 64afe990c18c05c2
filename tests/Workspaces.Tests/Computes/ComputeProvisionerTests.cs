using System.Text.Json.Nodes;
using Experiments.Model;
using Experiments.Plans;
using Fixtures;
using Fixtures.Services;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.Errors;
using Workspaces.Tests.Doubles;

namespace Workspaces.Tests.Computes;

public class ComputeProvisionerTests
{
    private const string Conflict = """{"error":{"code":"Conflict","message":"Another operation is in progress."}}""";
    private const string DeleteIt =
        "Delete it (`az ml compute delete --name test --resource-group team --workspace-name vision`) and run again, or set "
        + "COMPUTE_NAME to another name.";

    private const string ComputeIdentity =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-compute";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EnsureAsync_CreatesTheClusterAndWaits_WhenItIsMissing()
    {
        var service = new FakeService();
        OnCreation(
            service,
            FakeCluster.Valid(),
            """{"status":"InProgress"}""",
            """{"status":"InProgress"}""",
            """{"status":"Succeeded"}"""
        );
        var progress = new List<string>();

        var target = await EnsureAsync(service, TestPlans.Compute, progress);

        Assert.Equal(
            new ComputeTarget("test", FakeCluster.Path, "STANDARD_NC4AS_T4_V3", 3, StageChange.Created, target.Differences),
            target
        );
        Assert.Empty(target.Differences);
        ExpectedRequest.Matches("compute.json", service.Sent.Single(request => request.Method == "PUT").Body);
        Assert.Equal(["Creating cluster 'test' (Standard_NC4as_T4_v3, 0 to 3 nodes)"], progress);
    }

    [Fact]
    public async Task EnsureAsync_CreatesTheCluster_WithTheIdentityOfThePlan()
    {
        var service = new FakeService();
        OnCreation(service, FakeCluster.Valid(), """{"status":"Succeeded"}""");

        await EnsureAsync(service, TestPlans.Compute with { Identity = ComputeIdentity });

        var identity = JsonNode.Parse(service.Sent.Single(request => request.Method == "PUT").Body!)!["identity"]!;
        Assert.Equal("UserAssigned", (string?)identity["type"]);
        Assert.Equal([ComputeIdentity], identity["userAssignedIdentities"]!.AsObject().Select(entry => entry.Key));
    }

    [Fact]
    public async Task ReadAsync_NotesTheIdentity_ThatAnExistingClusterLacks()
    {
        var plan = TestPlans.Compute with { Identity = ComputeIdentity };
        var given = FakeCluster.Valid();
        given["identity"] = new JsonObject
        {
            ["type"] = "UserAssigned",
            ["userAssignedIdentities"] = new JsonObject { [ComputeIdentity.ToUpperInvariant()] = new JsonObject() },
        };

        var without = await ReadAsync(FakeCluster.Found(FakeCluster.Answer(FakeCluster.Valid())), plan);
        var with = await ReadAsync(FakeCluster.Found(FakeCluster.Answer(given)), plan);

        Assert.Contains("does not have the identity of COMPUTE_IDENTITY", Assert.Single(without.Notes), StringComparison.Ordinal);
        Assert.Empty(with.Notes);
    }

    [Fact]
    public async Task EnsureAsync_ReportsNodeErrors_OnceTheClusterIsReady()
    {
        var service = new FakeService();
        OnCreation(
            service,
            FakeCluster.With("errors", """[{"error":{"code":"AllocationFailed","message":"No capacity."}}]"""),
            """{"status":"Succeeded"}"""
        );
        var progress = new List<string>();

        await EnsureAsync(service, TestPlans.Compute, progress);

        Assert.Equal("Cluster 'test' reports errors of its nodes: AllocationFailed: No capacity.", progress[^1]);
    }

    [Fact]
    public async Task EnsureAsync_GivesTheServicesReason_WhenCreationFails()
    {
        var failed = FakeCluster.Bare("Failed");
        failed["properties"]!["provisioningErrors"] = JsonNode.Parse(
            """[{"error":{"code":"SubnetFull","message":"No address is free."}}]"""
        );
        var service = new FakeService();
        OnCreation(
            service,
            failed,
            """{"status":"Failed","error":{"code":"ClusterCoreQuotaReached","message":"The quota of NCASv3_T4 is 0."}}"""
        );

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => EnsureAsync(service, TestPlans.Compute));

        Assert.Equal(
            "Cluster 'test' could not be created. ClusterCoreQuotaReached: The quota of NCASv3_T4 is 0; SubnetFull: No address "
                + $"is free. {DeleteIt}",
            error.Message
        );
    }

    [Fact]
    public async Task EnsureAsync_GivesTheServicesReason_WhenTheResponseItselfSaysFailed()
    {
        var failed = FakeCluster.In("Failed");
        failed["properties"]!["provisioningErrors"] = JsonNode.Parse(
            """[{"error":{"code":"SubnetFull","message":"No address is free."}}]"""
        );
        var service = FakeCluster.Found(FakeCluster.Missing, FakeCluster.Answer(failed));
        service.On("PUT", FakeCluster.Path, FakeCluster.Answer(failed));

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => EnsureAsync(service, TestPlans.Compute));

        Assert.Equal($"Cluster 'test' could not be created. SubnetFull: No address is free. {DeleteIt}", error.Message);
    }

    [Fact]
    public async Task EnsureAsync_GivesTheServicesMessage_WhenItRefuses()
    {
        var service = new FakeService();
        service.On(
            "PUT",
            FakeCluster.Path,
            FakeService.Json(400, """{"error":{"code":"ClusterMinNodesExceedCoreQuota","message":"The quota is 0."}}""")
        );

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => EnsureAsync(service, TestPlans.Compute));

        Assert.EndsWith(
            "`az ml compute list-usage --location <region>` shows what is used. PUT "
                + $"https://localhost:1{FakeCluster.Path}?api-version=2024-10-01 returned 400 Bad Request: "
                + "ClusterMinNodesExceedCoreQuota: The quota is 0.",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task EnsureAsync_SendsNothing_WhenTheClusterFits()
    {
        var service = FakeCluster.Found(FakeCluster.Answer(FakeCluster.Valid()));

        var target = await EnsureAsync(service, TestPlans.Compute);

        Assert.Equal(StageChange.Unchanged, target.Change);
        Assert.Empty(target.Differences);
        Assert.Single(service.Sent);
    }

    [Fact]
    public async Task EnsureAsync_ScalesTheClusterUp_WhenItHasTooFewNodes()
    {
        var small = FakeCluster.With("scaleSettings", """{"minNodeCount":0,"maxNodeCount":1,"nodeIdleTimeBeforeScaleDown":"PT2M"}""");
        var service = FakeCluster.Found(FakeCluster.Answer(small)).WithOffers();
        service.On("PATCH", FakeCluster.Path, FakeCluster.Answer(FakeCluster.Valid()));

        var target = await EnsureAsync(service, TestPlans.Compute);

        Assert.Equal(StageChange.Updated, target.Change);
        Assert.Equal(3, target.MaxNodes);
        Assert.Equal(["maxNodeCount: 1 → 3", "nodeIdleTimeBeforeScaleDown: 2 min kept, 15 min planned"], target.Differences);
        // A response of 200 completes the operation without another request.
        Assert.Equal("PATCH", service.Sent.Last().Method);
        ExpectedRequest.Matches("compute-scale.json", service.Sent.Last().Body);
        Assert.Equal(4, service.Sent.Count);
    }

    [Fact]
    public async Task EnsureAsync_KeepsTheCluster_WhenItIsLarger()
    {
        var service = FakeCluster.Found(FakeCluster.Answer(FakeCluster.Valid()));

        var target = await EnsureAsync(service, TestPlans.Compute with { MaxNodes = 1, MinNodes = 1 });

        Assert.Equal(StageChange.Unchanged, target.Change);
        Assert.Equal(3, target.MaxNodes);
        Assert.Equal(["maxNodeCount: 3 kept, 1 planned", "minNodeCount: 0 kept, 1 planned"], target.Differences);
    }

    [Fact]
    public async Task EnsureAsync_NamesTheChoices_WhenSizeAndPriorityDiffer()
    {
        var service = FakeCluster.Found(FakeCluster.Answer(FakeCluster.Valid()));

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            EnsureAsync(service, TestPlans.Compute with { VmSize = "Standard_NC8as_T4_v3", Priority = VmPriority.LowPriority })
        );

        Assert.Equal(
            "COMPUTE.VM_SIZE is Standard_NC8as_T4_v3 and cluster 'test' has nodes of STANDARD_NC4AS_T4_V3; a cluster cannot "
                + "change its size: "
                + "set COMPUTE.VM_SIZE to STANDARD_NC4AS_T4_V3, or COMPUTE_NAME to a cluster that does not exist yet.\n"
                + "COMPUTE.PRIORITY is LowPriority and cluster 'test' is Dedicated; a cluster cannot change its priority: "
                + "set COMPUTE.PRIORITY to Dedicated, or COMPUTE_NAME to a cluster that does not exist yet.",
            error.Message.ReplaceLineEndings("\n")
        );
    }

    [Fact]
    public async Task EnsureAsync_GivesTheServicesReason_WhenTheExistingClusterFailed()
    {
        var failed = FakeCluster.In("Failed");
        failed["properties"]!["provisioningErrors"] = JsonNode.Parse(
            """[{"error":{"code":"SubnetFull","message":"No address is free."}}]"""
        );

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            EnsureAsync(FakeCluster.Found(FakeCluster.Answer(failed)), TestPlans.Compute)
        );

        Assert.Equal($"Cluster 'test' is Failed; it must be Succeeded. SubnetFull: No address is free. {DeleteIt}", error.Message);
    }

    [Fact]
    public async Task EnsureAsync_Waits_WhenAnotherRunIsCreatingTheCluster()
    {
        var service = FakeCluster.Found(
            FakeCluster.Answer(FakeCluster.Bare("Creating")),
            FakeCluster.Answer(FakeCluster.Bare("Creating")),
            FakeCluster.Answer(FakeCluster.Valid())
        );
        var progress = new List<string>();

        var target = await EnsureAsync(service, TestPlans.Compute, progress);

        Assert.Equal((StageChange.Unchanged, "STANDARD_NC4AS_T4_V3"), (target.Change, target.VmSize));
        Assert.Equal(["Waiting for cluster 'test': Creating"], progress);
        Assert.All(service.Sent, request => Assert.Equal("GET", request.Method));
    }

    [Fact]
    public async Task EnsureAsync_WaitsAndCreates_WhenTheClusterIsBeingDeleted()
    {
        var service = FakeCluster.Found(
            FakeCluster.Answer(FakeCluster.In("Deleting")),
            FakeCluster.Answer(FakeCluster.In("Deleting")),
            FakeCluster.Missing
        );
        OnCreation(service, FakeCluster.Valid(), """{"status":"Succeeded"}""");
        var progress = new List<string>();

        var target = await EnsureAsync(service, TestPlans.Compute, progress);

        Assert.Equal(StageChange.Created, target.Change);
        Assert.Equal(["Waiting for cluster 'test': Deleting", "Creating cluster 'test' (Standard_NC4as_T4_v3, 0 to 3 nodes)"], progress);
    }

    [Fact]
    public async Task EnsureAsync_UsesTheClusterOfAnotherRun_WhenThatWasFaster()
    {
        var service = FakeCluster.Found(
            FakeCluster.Missing,
            FakeCluster.Answer(FakeCluster.Bare("Creating")),
            FakeCluster.Answer(FakeCluster.Valid())
        );
        service.On("PUT", FakeCluster.Path, FakeService.Json(409, Conflict));

        var target = await EnsureAsync(service, TestPlans.Compute);

        Assert.Equal(StageChange.Unchanged, target.Change);
        Assert.Single(service.Sent, request => request.Method == "PUT");
    }

    [Fact]
    public async Task EnsureAsync_ScalesUp_WhenAnotherRunWasFasterWithFewerNodes()
    {
        var service = FakeCluster.Found(
            FakeCluster.Missing,
            FakeCluster.Answer(
                FakeCluster.With("scaleSettings", """{"minNodeCount":0,"maxNodeCount":1,"nodeIdleTimeBeforeScaleDown":"PT2M"}""")
            )
        );
        service.On("PUT", FakeCluster.Path, FakeService.Json(409, Conflict));
        service.On("PATCH", FakeCluster.Path, FakeCluster.Answer(FakeCluster.Valid()));

        var target = await EnsureAsync(service, TestPlans.Compute);

        Assert.Equal((StageChange.Updated, 3), (target.Change, target.MaxNodes));
        ExpectedRequest.Matches("compute-scale.json", service.Sent.Last().Body);
    }

    [Fact]
    public async Task EnsureAsync_CreatesTheCluster_WhenItIsDeletedBeforeScalingUp()
    {
        var service = FakeCluster.Found(FakeCluster.Answer(FakeCluster.Valid()), FakeCluster.Missing);
        service.On("PATCH", FakeCluster.Path, FakeCluster.Missing);
        OnCreation(service, FakeCluster.Valid(), """{"status":"Succeeded"}""");

        var target = await EnsureAsync(service, TestPlans.Compute with { MaxNodes = 4 });

        Assert.Equal(StageChange.Created, target.Change);
        Assert.Equal(["PATCH", "PUT"], service.Sent.Select(request => request.Method).Where(method => method != "GET"));
    }

    [Fact]
    public async Task EnsureAsync_Fails_WhenTheConflictPersists()
    {
        var service = new FakeService();
        service.On("PUT", FakeCluster.Path, FakeService.Json(409, Conflict));

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => EnsureAsync(service, TestPlans.Compute));

        Assert.Equal(
            "Another operation is changing this resource; it must finish first. Run the same command again in a few minutes. "
                + $"PUT https://localhost:1{FakeCluster.Path}?api-version=2024-10-01 returned 409 Conflict: Conflict: Another "
                + "operation is in progress.",
            error.Message
        );
        Assert.Equal(6, service.Sent.Count(request => request.Method == "PUT"));
    }

    [Fact]
    public async Task EnsureAsync_SaysHowToContinueWaiting_WhenTheDeadlinePasses()
    {
        var service = new FakeService();
        OnCreation(service, FakeCluster.Bare("Creating"), """{"status":"InProgress"}""");
        var progress = new List<string>();

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => EnsureAsync(service, TestPlans.Compute, progress));

        Assert.Equal(
            "Creating cluster 'test' (Standard_NC4as_T4_v3, 0 to 3 nodes) has not finished after 20 min; it must finish by "
                + "then. The service continues it "
                + "(`az ml compute show --name test --resource-group team --workspace-name vision` shows its state): run again to "
                + "continue waiting, or wait longer with --compute-timeout=40.",
            error.Message
        );
        Assert.Equal("Creating cluster 'test' (Standard_NC4as_T4_v3, 0 to 3 nodes): 31 s", progress[1]);
        Assert.InRange(progress.Count, 30, 40);
        Assert.Single(service.Sent, request => request.Method == "PUT");
    }

    /// <summary>
    /// Responds 404, or as scripted, until the cluster is put; then with the operation's states in turn and the final cluster.
    /// </summary>
    private static void OnCreation(FakeService service, JsonObject become, params string[] states)
    {
        service.On("PUT", FakeCluster.Path, request =>
        {
            service.On("GET", FakeCluster.Path, FakeCluster.Answer(become));
            return FakeService.Json(
                201,
                FakeCluster.Bare("Creating").ToJsonString(),
                ("Azure-AsyncOperation", $"https://localhost:1{FakeCluster.Operation}?api-version=2024-10-01")
            )(request);
        });
        service.OnEach("GET", FakeCluster.Operation, [.. states.Select(state => FakeService.Json(200, state))]);
    }

    private static async Task<ComputeState> ReadAsync(FakeService service, ComputePlan plan) =>
        await new ComputeProvisioner(await service.ConnectAsync(), new SkippingTime()).ReadAsync(plan, Stop);

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
