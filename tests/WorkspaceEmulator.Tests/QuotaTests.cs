using System.Net;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Tests;

public class QuotaTests
{
    private const string T4 = "Standard NCASv3_T4 Family Cluster Dedicated vCPUs";
    private const string Dedicated = "Total Cluster Dedicated Regional vCPUs";
    private const string LowPriority = "Total Cluster LowPriority Regional vCPUs";

    [Fact]
    public async Task ListSizes_ReturnsFigures_AndPrices()
    {
        await using var emulator = await TestEmulator.StartAsync();

        var sizes = (await emulator.GetAsync(Location("westeurope", "vmSizes")))["value"]!.AsArray();

        Assert.Equal(
            """{"name":"Standard_NC4as_T4_v3","family":"standardNCASv3_T4Family","vCPUs":4,"gpus":1,"osVhdSizeMB":"""
                + """131072,"maxResourceVolumeMB":180224,"memoryGB":"""
                + """28,"lowPriorityCapable":true,"premiumIO":true,"supportedComputeTypes":["AmlCompute"],"""
                + "\"estimatedVMPrices\":"
                + """{"billingCurrency":"USD","unitOfMeasure":"OneHour","values":[{"retailPrice":"""
                + """0.526,"osType":"Linux","vmTier":"Standard"},{"retailPrice":0.1052,"osType":"Linux","vmTier":"LowPriority"},"""
                + """{"retailPrice":0.71,"osType":"Windows","vmTier":"Standard"}]}}""",
            sizes.Single(size => (string?)size!["name"] == "Standard_NC4as_T4_v3")!.ToJsonString()
        );
        Assert.Null(sizes.Single(size => (string?)size!["name"] == "Standard_ND96amsr_A100_v4")!["estimatedVMPrices"]);
        Assert.True(sizes.Count >= 25);
        Assert.Equal(sizes.Count, sizes.Select(size => (string?)size!["name"]).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task ListSizes_DependsOnTheRegion()
    {
        await using var emulator = await TestEmulator.StartAsync();

        var west = await SizesAsync(emulator, "westeurope");
        var east = await SizesAsync(emulator, "EastUS2");
        var refused = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            TestEmulator.Arm("/computes/gpu"),
            Cluster("Standard_NC40ads_H100_v5", 0)
        );

        Assert.Equal((false, true), (west.Contains("Standard_NC40ads_H100_v5"), east.Contains("Standard_NC40ads_H100_v5")));
        Assert.Equal((true, false), (west.Contains("Standard_ND96asr_v4"), east.Contains("Standard_ND96asr_v4")));
        Assert.Equal(
            (
                "InvalidPropertyValue",
                "The specified value Standard_NC40ads_H100_v5 for property Cluster.Properties.VMSize is not a supported VM size. "
                    + $"Supported VM sizes: {string.Join(',', west).ToUpperInvariant()}"
            ),
            Error(refused)
        );
    }

    [Fact]
    public async Task ListUsages_FollowsTheNodes()
    {
        await using var emulator = await TestEmulator.StartAsync();
        Assert.Equal([(0, 100), (0, 300), (0, 300), (0, 200)], await UsagesAsync(emulator, T4, Dedicated, LowPriority, "Clusters"));

        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/computes/gpu"),
            Cluster("Standard_NC4as_T4_v3", 2)
        );
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/computes/cheap"),
            Cluster("Standard_NC8as_T4_v3", 1, "LowPriority")
        );
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/computes/none"),
            Cluster("Standard_NC4as_T4_v3", 0)
        );

        await TestEmulator.EventuallyAsync(
            async () =>
                (await UsagesAsync(emulator, T4, Dedicated, LowPriority, "Clusters")).SequenceEqual([
                    (8, 100),
                    (8, 300),
                    (8, 300),
                    (3, 200),
                ]),
            async () => string.Join(", ", await UsagesAsync(emulator, T4, Dedicated, LowPriority, "Clusters"))
        );
        Assert.Equal(
            0,
            (int)(await emulator.GetAsync(Location("eastus", "usages")))["value"]!.AsArray().Sum(usage => (int)usage!["currentValue"]!)
        );
    }

    [Theory]
    [InlineData(
        T4,
        4,
        2,
        "Dedicated",
        "Standard NCASv3_T4 family vCPU quota of 4 and cannot accomodate for at least 2 requested managed compute nodes which maps to 8 "
            + "vCPUs."
    )]
    [InlineData(
        Dedicated,
        7,
        2,
        "Dedicated",
        "Total Cluster Dedicated Regional vCPU quota of 7 and cannot accomodate for at least 2 requested managed compute nodes which maps "
            + "to 8 vCPUs."
    )]
    [InlineData(
        LowPriority,
        0,
        1,
        "LowPriority",
        "Total Cluster LowPriority Regional vCPU quota of 0 and cannot accomodate for at least 1 requested managed compute nodes which "
            + "maps to 4 vCPUs."
    )]
    public async Task PutCompute_Returns400_WhenItsMinimumExceedsAQuota(string quota, int limit, int nodes, string priority, string message)
    {
        await using var emulator = await TestEmulator.StartAsync(options =>
            options with
            {
                Quotas = new Dictionary<string, int>(StringComparer.Ordinal) { [quota] = limit },
            }
        );

        var refused = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            TestEmulator.Arm("/computes/gpu"),
            Cluster("Standard_NC4as_T4_v3", nodes, priority)
        );
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/computes/gpu"),
            Cluster("Standard_NC4as_T4_v3", 0, priority)
        );
        var patched = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Patch,
            TestEmulator.Arm("/computes/gpu"),
            $$$$$"""{"properties":{"properties":{"scaleSettings":{"minNodeCount":{{{{{nodes}}}}},"maxNodeCount":4}}}}"""
        );

        Assert.Equal(
            (
                "ClusterMinNodesExceedCoreQuota",
                $"The specified subscription has a {message} Talk to your Subscription Admin to have the quota raised."
            ),
            Error(refused)
        );
        Assert.Equal(Error(refused), Error(patched));
    }

    [Fact]
    public async Task PutCompute_Returns400_WhenTheClusterQuotaIsUsed()
    {
        await using var emulator = await TestEmulator.StartAsync(options =>
            options with
            {
                Quotas = new Dictionary<string, int>(StringComparer.Ordinal) { ["Clusters"] = 1 },
            }
        );
        await emulator.CreateComputeAsync();

        var refused = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            TestEmulator.Arm("/computes/gpu"),
            Cluster("Standard_NC4as_T4_v3", 0)
        );

        Assert.Equal(
            (
                "QuotaExceeded",
                "The specified subscription has a quota of 1 clusters in westeurope, and all of them exist. Delete one first."
            ),
            Error(refused)
        );
    }

    [Fact]
    public async Task RoomFor_KeepsJobsWaiting_WhenAQuotaIsUsed()
    {
        await using var emulator = await TestEmulator.StartAsync(options =>
            options with
            {
                Quotas = new Dictionary<string, int>(StringComparer.Ordinal) { [Dedicated] = 4 },
            }
        );
        await emulator.SubmitAsync("first", "while [ ! -e go ]; do sleep 0.05; done"); // The cluster may have two nodes of 4 vCPUs.
        await emulator.WaitForAsync("first", "Running");
        await emulator.SubmitAsync("second", "true", prepare: false);
        await emulator.WaitForAsync("second", "Queued");

        Assert.Equal([(4, 4)], await UsagesAsync(emulator, Dedicated));
        await File.WriteAllTextAsync(Path.Combine(emulator.JobFolder("first"), "wd", "go"), "", TestContext.Current.CancellationToken);

        Assert.Equal("Completed", (string?)(await emulator.WaitForEndAsync("second"))["status"]);
    }

    private static string Location(string region, string what) =>
        $"subscriptions/sub/providers/Microsoft.MachineLearningServices/locations/{region}/{what}?api-version=2024-10-01";

    private static string Cluster(string size, int nodes, string priority = "Dedicated") =>
        """{"location":"westeurope","properties":{"computeType":"AmlCompute","properties":"""
        + $$$$$"""{"vmSize":"{{{{{size}}}}}","vmPriority":"{{{{{priority}}}}}","scaleSettings":{"minNodeCount":{{{{{nodes}}}}}"""
        + ""","maxNodeCount":4}}}}""";

    private static async Task<List<string>> SizesAsync(TestEmulator emulator, string region) =>
        [.. (await emulator.GetAsync(Location(region, "vmSizes")))["value"]!.AsArray().Select(size => (string)size!["name"]!)];

    private static async Task<List<(int Current, int Limit)>> UsagesAsync(TestEmulator emulator, params string[] names)
    {
        var usages = (await emulator.GetAsync(Location("westeurope", "usages")))["value"]!.AsArray();
        return
        [
            .. names
                .Select(name => usages.Single(usage => (string?)usage!["name"]!["value"] == name)!)
                .Select(usage => ((int)usage["currentValue"]!, (int)usage["limit"]!)),
        ];
    }

    private static (string? Code, string? Message) Error(JsonNode answer) =>
        ((string?)answer["error"]!["code"], (string?)answer["error"]!["message"]);
}
