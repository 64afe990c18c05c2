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

/// <summary>Tests the checks of a cluster before anything is built.</summary>
public class ComputeChecksTests
{
    private const string T4 = "Standard NCASv3_T4 Family Cluster Dedicated vCPUs";
    private const string Total = "Total Cluster Dedicated Regional vCPUs";
    private const string Link = "https://ml.azure.com/quota/00000000-0000-0000-0000-000000000001";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, VmPriority, string> SizeFaults =>
        new()
        {
            {
                "Standard_NC4as_T4_v4",
                VmPriority.Dedicated,
                "COMPUTE.VM_SIZE is Standard_NC4as_T4_v4, which westeurope does not offer; it must be one with a GPU that it offers: "
                    + "Standard_NC4as_T4_v3, Standard_NC24ads_A100_v4, Standard_NC64as_T4_v3. Did you mean Standard_NC4as_T4_v3 "
                    + "(--set=COMPUTE.VM_SIZE=Standard_NC4as_T4_v3)?"
            },
            {
                "Quantum_9000",
                VmPriority.Dedicated,
                "COMPUTE.VM_SIZE is Quantum_9000, which westeurope does not offer; it must be one with a GPU that westeurope offers: "
                    + "Standard_NC4as_T4_v3, Standard_NC24ads_A100_v4, Standard_NC64as_T4_v3. The smallest is "
                    + "--set=COMPUTE.VM_SIZE=Standard_NC4as_T4_v3."
            },
            {
                "Standard_NC40ads_H100_v5",
                VmPriority.Dedicated,
                "COMPUTE.VM_SIZE is Standard_NC40ads_H100_v5, which westeurope does not offer for clusters; it must be one with "
                    + "a GPU that it offers: "
                    + "Standard_NC4as_T4_v3, Standard_NC24ads_A100_v4, Standard_NC64as_T4_v3. Did you mean "
                    + "Standard_NC24ads_A100_v4 (--set=COMPUTE.VM_SIZE=Standard_NC24ads_A100_v4)?"
            },
            {
                "standard_ds3_v2",
                VmPriority.LowPriority,
                "COMPUTE.VM_SIZE is standard_ds3_v2, which has no GPU; it must be one with a GPU that westeurope offers: "
                    + "Standard_NC4as_T4_v3, Standard_NC24ads_A100_v4, Standard_NC64as_T4_v3. The smallest is "
                    + "--set=COMPUTE.VM_SIZE=Standard_NC4as_T4_v3. "
                    + "An existing cluster of this size can still be used."
            },
            {
                "Standard_NC64as_T4_v3",
                VmPriority.LowPriority,
                "COMPUTE.PRIORITY is LowPriority, which Standard_NC64as_T4_v3 does not support; it must be Dedicated "
                    + "(--set=COMPUTE.PRIORITY=Dedicated), "
                    + "or COMPUTE.VM_SIZE one of Standard_NC4as_T4_v3, Standard_NC24ads_A100_v4."
            },
        };

    [Fact]
    public async Task ReadAsync_SendsOneRequest_WhenTheClusterFits()
    {
        var service = FakeCluster.Found(FakeCluster.Answer(FakeCluster.Valid())).WithOffers();

        var state = await ReadAsync(service, TestPlans.Compute);

        Assert.Equal(StageChange.Unchanged, state.Change);
        Assert.Empty(state.Differences);
        Assert.Empty(state.Notes);
        Assert.Equal([$"GET {FakeCluster.Path}"], service.Sent.Select(request => request.Line));
    }

    [Fact]
    public async Task ReadAsync_ReadsSizesAndQuotas_WhenTheClusterIsMissing()
    {
        var service = new FakeService().WithOffers();

        var state = await ReadAsync(service, TestPlans.Compute);

        Assert.Equal(StageChange.Created, state.Change);
        Assert.Equal(["0.526 to 1.578 USD per hour with NODES 3 while they run (estimated retail price)"], state.Notes);
        var lines = service.Sent.Select(request => request.Line).ToList();
        Assert.Equal($"GET {FakeCluster.Path}", lines[0]);
        Assert.Equal([$"GET {FakeCluster.Usages}", $"GET {FakeCluster.Sizes}"], lines[1..].Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ReadAsync_ReturnsThePrices_OfPriorityAndKeptNodes()
    {
        var low = await ReadAsync(
            new FakeService().WithOffers(),
            TestPlans.Compute with
            {
                Priority = VmPriority.LowPriority,
                MaxNodes = 1,
            }
        );
        var kept = await ReadAsync(new FakeService().WithOffers(), TestPlans.Compute with { MinNodes = 2 });
        var unknown = await ReadAsync(
            new FakeService().WithOffers(),
            TestPlans.Compute with
            {
                VmSize = "Standard_NC24ads_A100_v4",
                MinNodes = 1,
                MaxNodes = 1,
            }
        );

        Assert.Equal(["0.105 USD per hour with NODES 1 while they run (estimated retail price)"], low.Notes);
        Assert.Equal(
            [
                "1.052 to 1.578 USD per hour with NODES 3 while they run (estimated retail price)",
                "COMPUTE.MIN_NODES 2 keeps 2 nodes while nothing runs, 25.25 USD per day; 0 keeps none.",
            ],
            kept.Notes
        );
        Assert.Equal(["COMPUTE.MIN_NODES 1 keeps 1 node while nothing runs, each one billed; 0 keeps none."], unknown.Notes);
    }

    [Theory]
    [MemberData(nameof(SizeFaults))]
    public async Task ReadAsync_NamesTheFault_WhenTheVmSizeDoesNotFit(string vmSize, VmPriority priority, string expected)
    {
        var service = new FakeService().WithOffers(usages => usages.Clear());

        Assert.Equal(expected, await FaultOf(service, TestPlans.Compute with { VmSize = vmSize, Priority = priority }));
    }

    [Fact]
    public async Task ReadAsync_NamesTheRegion_WhenItHasNoGpus()
    {
        var service = new FakeService().WithOffers(changeSizes: sizes => sizes.RemoveAll(size => (int?)size!["gpus"] > 0));

        Assert.Equal(
            "COMPUTE.VM_SIZE is Standard_NC4as_T4_v3, which westeurope does not offer; it must be a size with a GPU, and "
                + "westeurope offers none. "
                + "Set LOCATION in the environment config to a region that does.",
            await FaultOf(service, TestPlans.Compute)
        );
    }

    [Fact]
    public async Task ReadAsync_NamesTwelveSizes_WhenThereAreMore()
    {
        var service = new FakeService().WithOffers(changeSizes: sizes =>
        {
            for (var cores = 1; cores <= 14; cores++)
                sizes.Add(JsonNode.Parse($$"""{"name":"Standard_G{{cores}}","vCPUs":{{100 + cores}},"gpus":1}"""));
        });

        Assert.Contains(
            "Standard_G8, Standard_G9 and 5 more (`az ml compute list-sizes --location westeurope` shows them). Did you mean",
            await FaultOf(service, TestPlans.Compute with { VmSize = "Standard_NC4as_T4_v4" }),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ReadAsync_ProposesOverrides_WhenAQuotaIsExceeded()
    {
        var service = new FakeService().WithOffers(usages => usages.Set(T4, 12, 20));

        Assert.Equal(
            "NODES is 3, which needs 12 vCPUs of Standard_NC4as_T4_v3 in westeurope; it must fit into what is left of each quota:\n"
                + $"  {T4}: 12 needed, 12 of 20 used, 8 left\n"
                + "  Run with --set=NODES=2 or --set=COMPUTE.PRIORITY=LowPriority, or wait until other nodes are released, or "
                + $"request a higher limit at {Link}.",
            await FaultOf(service, TestPlans.Compute)
        );
    }

    [Fact]
    public async Task ReadAsync_ProposesAnotherSize_WhenOneOfAnotherFamilyFits()
    {
        var service = new FakeService().WithOffers(usages =>
        {
            usages.Set(T4, 0, 0);
            usages.Set("Total Cluster LowPriority Regional vCPUs", 48, 50);
        });

        Assert.Equal(
            "NODES is 1, which needs 4 vCPUs of Standard_NC4as_T4_v3 in westeurope; it must fit into what is left of each quota:\n"
                + $"  {T4}: 4 needed, 0 of 0 used, 0 left\n"
                + $"  Run with --set=COMPUTE.VM_SIZE=Standard_NC24ads_A100_v4, or request a higher limit at {Link}.",
            await FaultOf(service, TestPlans.Compute with { MaxNodes = 1 })
        );
    }

    [Fact]
    public async Task ReadAsync_ReportsEveryFault_WhenThereAreSeveral()
    {
        var service = new FakeService().WithOffers(usages =>
        {
            usages.Set("Clusters", 200, 200);
            usages.Set("Standard DSv2 Family Cluster Dedicated vCPUs", 0, 8);
            usages.Set(Total, 98, 100);
        });

        Assert.Equal(
            "COMPUTE.VM_SIZE is Standard_DS3_v2, which has no GPU; it must be one with a GPU that westeurope offers: "
                + "Standard_NC4as_T4_v3, Standard_NC24ads_A100_v4, Standard_NC64as_T4_v3. The smallest is "
                + "--set=COMPUTE.VM_SIZE=Standard_NC4as_T4_v3. "
                + "An existing cluster of this size can still be used.\n"
                + "COMPUTE_NAME is 'test', a cluster that does not exist yet, and 200 of 200 clusters are used in westeurope; it "
                + "must name an existing one. "
                + $"Name one, delete an unused one, or request a higher limit at {Link}.\n"
                + "NODES is 3, which needs 12 vCPUs of Standard_DS3_v2 in westeurope; it must fit into what is left of each quota:\n"
                + "  Standard DSv2 Family Cluster Dedicated vCPUs: 12 needed, 0 of 8 used, 8 left\n"
                + $"  {Total}: 12 needed, 98 of 100 used, 2 left\n"
                + $"  Run with --set=COMPUTE.PRIORITY=LowPriority, or request a higher limit at {Link}.",
            await FaultOf(service, TestPlans.Compute with { VmSize = "Standard_DS3_v2" })
        );
    }

    [Fact]
    public async Task ReadAsync_ChecksTheLowPriorityQuota_ForLowPriorityNodes()
    {
        var service = new FakeService().WithOffers(usages =>
        {
            usages.Set(T4, 24, 24);
            usages.Set("Total Cluster LowPriority Regional vCPUs", 40, 50);
        });

        Assert.Equal(
            "NODES is 3, which needs 12 vCPUs of Standard_NC4as_T4_v3 in westeurope; it must fit into what is left of each quota:\n"
                + "  Total Cluster LowPriority Regional vCPUs: 12 needed, 40 of 50 used, 10 left\n"
                + $"  Run with --set=NODES=2, or wait until other nodes are released, or request a higher limit at {Link}.",
            await FaultOf(service, TestPlans.Compute with { Priority = VmPriority.LowPriority })
        );
    }

    [Fact]
    public async Task ReadAsync_CountsOnlyTheAddedNodes_WhenTheClusterScalesUp()
    {
        var grown = FakeCluster.With("currentNodeCount", "2");
        var service = FakeCluster.Found(FakeCluster.Answer(grown)).WithOffers(usages => usages.Set(T4, 8, 24));
        var crowded = FakeCluster.Found(FakeCluster.Answer(grown)).WithOffers(usages => usages.Set(T4, 16, 24));

        Assert.Equal(["maxNodeCount: 3 → 6"], (await ReadAsync(service, TestPlans.Compute with { MaxNodes = 6 })).Differences);
        Assert.Equal(
            "NODES is 6, which needs 16 vCPUs more of Standard_NC4as_T4_v3 in westeurope; it must fit into what is left of each quota:\n"
                + $"  {T4}: 16 needed, 16 of 24 used, 8 left\n"
                + $"  Run with --set=NODES=4, or wait until other nodes are released, or request a higher limit at {Link}.",
            await FaultOf(crowded, TestPlans.Compute with { MaxNodes = 6 })
        );
    }

    [Fact]
    public async Task ReadAsync_FindsTheFamily_InAnotherSpellingOnALaterPage()
    {
        var service = new FakeService().WithOffers(changeSizes: sizes => sizes[2]!["family"] = "Standard NCASv3_T4 Family vCPUs");
        service.On("GET", FakeCluster.Usages, request =>
            FakeService.Json(
                200,
                request.Uri.Query.Contains("page=2", StringComparison.Ordinal)
                    ? $$$"""{"value":[{"currentValue":0,"limit":4,"name":{"value":"{{{T4}}}"}}]}"""
                    : $$$"""{"value":[],"nextLink":"https://localhost:1{{{FakeCluster.Usages}}}?page=2"}"""
            )(request)
        );

        Assert.Contains($"  {T4}: 12 needed, 0 of 4 used, 4 left\n", await FaultOf(service, TestPlans.Compute), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_SaysThatAQuotaWasNotChecked_WhenItIsNotListed()
    {
        var state = await ReadAsync(new FakeService().WithOffers(usages => usages.Remove(usages.Usage(T4))), TestPlans.Compute);

        Assert.Equal("The quota of standardNCASv3_T4Family was not checked: the usages of westeurope do not list it.", state.Notes[0]);
    }

    [Theory]
    [InlineData(403, "403 Forbidden: AuthorizationFailed: You may not.")]
    [InlineData(404, "404 Not Found: AuthorizationFailed: You may not.")]
    [InlineData(
        501,
        "501 Not Implemented: AuthorizationFailed: You may not.",
        "The emulator does not support this; docs/emulator.md lists what it supports. "
    )]
    public async Task ReadAsync_SkipsTheChecks_WhenTheServiceReturnsNoLists(int status, string answer, string remedy = "")
    {
        var refusal = FakeService.Json(status, """{"error":{"code":"AuthorizationFailed","message":"You may not."}}""");
        var service = new FakeService();
        service.On("GET", FakeCluster.Sizes, refusal);
        service.On("GET", FakeCluster.Usages, refusal);

        var state = await ReadAsync(service, TestPlans.Compute);

        Assert.Equal(StageChange.Created, state.Change);
        Assert.Equal(
            [
                $"The VM sizes of westeurope were not checked: {remedy}GET "
                    + $"https://localhost:1{FakeCluster.Sizes}?api-version=2024-10-01 returned {answer}",
                $"The quotas of westeurope were not checked: {remedy}GET "
                    + $"https://localhost:1{FakeCluster.Usages}?api-version=2024-10-01 returned {answer}",
            ],
            state.Notes
        );
    }

    [Fact]
    public async Task ReadAsync_ReturnsThePriceOfKeptNodes_WhenTheClusterIsUnchanged()
    {
        var kept = FakeCluster.With("scaleSettings", """{"minNodeCount":2,"maxNodeCount":3,"nodeIdleTimeBeforeScaleDown":"PT15M"}""");
        var known = await ReadAsync(FakeCluster.Found(FakeCluster.Answer(kept)).WithOffers(), TestPlans.Compute);
        var unknown = await ReadAsync(FakeCluster.Found(FakeCluster.Answer(kept)), TestPlans.Compute);

        Assert.Equal(StageChange.Unchanged, known.Change);
        Assert.Equal(
            [
                "Cluster 'test' keeps 2 nodes while nothing runs, 25.25 USD per day; `az ml compute update --name test "
                    + "--resource-group team --workspace-name vision --min-instances 0` keeps none.",
            ],
            known.Notes
        );
        Assert.Equal(
            [
                "Cluster 'test' keeps 2 nodes while nothing runs, each one billed; `az ml compute update --name test "
                    + "--resource-group team --workspace-name vision --min-instances 0` keeps none.",
            ],
            unknown.Notes
        );
    }

    [Fact]
    public async Task ReadAsync_ReportsNodeErrors_WithoutSecrets()
    {
        var troubled = FakeCluster.With(
            "errors",
            """
            [{"error":{"code":"AllocationFailed","message":"No capacity; sig=planted-5c1e."}},
             {"error":{"code":"AllocationFailed","message":"No capacity; sig=planted-5c1e."}}]
            """
        );

        var state = await ReadAsync(FakeCluster.Found(FakeCluster.Answer(troubled)), TestPlans.Compute);

        Assert.Equal(["Cluster 'test' reports errors of its nodes: AllocationFailed: No capacity; sig=***"], state.Notes);
    }

    private static async Task<ComputeState> ReadAsync(FakeService service, ComputePlan plan) =>
        await new ComputeProvisioner(await service.ConnectAsync(), new SkippingTime()).ReadAsync(plan, Stop);

    private static async Task<string> FaultOf(FakeService service, ComputePlan plan)
    {
        var error = await Assert.ThrowsAsync<WorkspaceException>(() => ReadAsync(service, plan));
        Assert.All(service.Sent, request => Assert.Equal("GET", request.Method));
        return error.Message.ReplaceLineEndings("\n");
    }
}
