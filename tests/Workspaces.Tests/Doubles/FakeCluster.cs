using System.Text.Json.Nodes;
using Fixtures.Services;

namespace Workspaces.Tests.Doubles;

/// <summary>Valid responses about cluster <c>test</c> and its region, each of which a test changes in one place.</summary>
internal static class FakeCluster
{
    private const string Provider =
        "/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.MachineLearningServices/locations/westeurope";

    public static string Path => $"{FakeService.WorkspaceId}/computes/test";

    public static string Operation => $"{Provider}/computeOperationsStatus/1";

    public static string Sizes => $"{Provider}/vmSizes";

    public static string Usages => $"{Provider}/usages";

    public static JsonObject Valid() =>
        JsonNode
            .Parse(
                $$$"""
                {"id":"{{{Path}}}","name":"test","type":"Microsoft.MachineLearningServices/workspaces/computes",
                 "location":"westeurope","properties":{
                 "computeType":"AmlCompute","provisioningState":"Succeeded","properties":{"osType":"Linux",
                  "vmSize":"STANDARD_NC4AS_T4_V3","vmPriority":"Dedicated",
                 "scaleSettings":{"minNodeCount":0,"maxNodeCount":3,"nodeIdleTimeBeforeScaleDown":"PT15M"},"currentNodeCount":0} } }
                """
            )!
            .AsObject();

    public static JsonObject In(string provisioningState)
    {
        var cluster = Valid();
        cluster["properties"]!["provisioningState"] = provisioningState;
        return cluster;
    }

    /// <summary>Creates a cluster as the service returns it during creation: only with its state.</summary>
    public static JsonObject Bare(string provisioningState)
    {
        var cluster = In(provisioningState);
        cluster["properties"]!.AsObject().Remove("properties");
        return cluster;
    }

    public static JsonObject With(string member, string json)
    {
        var cluster = Valid();
        cluster["properties"]!["properties"]![member] = JsonNode.Parse(json);
        return cluster;
    }

    public static Func<SentRequest, HttpResponseMessage> Answer(JsonObject cluster, int status = 200) =>
        FakeService.Json(status, cluster.ToJsonString());

    public static Func<SentRequest, HttpResponseMessage> Missing { get; } =
        FakeService.Json(404, """{"error":{"code":"ResourceNotFound","message":"Nothing here."}}""");

    /// <summary>Sets the responses to every GET of the cluster in turn; the last one repeats.</summary>
    public static FakeService Found(params Func<SentRequest, HttpResponseMessage>[] turns)
    {
        var service = new FakeService();
        service.OnEach("GET", Path, turns);
        return service;
    }

    /// <summary>Sets the region's lists, changed by the test.</summary>
    public static FakeService WithOffers(
        this FakeService service,
        Action<JsonArray>? changeUsages = null,
        Action<JsonArray>? changeSizes = null
    )
    {
        service.On("GET", Sizes, FakeService.Json(200, Changed("vmSizes.json", changeSizes)));
        service.On("GET", Usages, FakeService.Json(200, Changed("usages.json", changeUsages)));
        return service;
    }

    /// <summary>Finds the subscription's own usage of this name.</summary>
    public static JsonNode Usage(this JsonArray usages, string name) => usages.Last(usage => (string?)usage!["name"]!["value"] == name)!;

    public static void Set(this JsonArray usages, string name, int used, int limit) =>
        (usages.Usage(name)["currentValue"], usages.Usage(name)["limit"]) = (used, limit);

    private static string Changed(string file, Action<JsonArray>? change)
    {
        var list = JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(AppContext.BaseDirectory, "Answers", file)))!;
        change?.Invoke(list["value"]!.AsArray());
        return list.ToJsonString();
    }
}
