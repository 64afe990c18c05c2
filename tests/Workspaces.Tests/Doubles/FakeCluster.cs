using System.Text.Json.Nodes;
using Fixtures.Services;

namespace Workspaces.Tests.Doubles;

/// <summary>The answers about cluster <c>test</c> and the region it is in, each a valid one that a test changes in one place.</summary>
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
                {"id":"{{{Path}}}","name":"test","type":"Microsoft.MachineLearningServices/workspaces/computes","location":"westeurope","properties":{
                 "computeType":"AmlCompute","provisioningState":"Succeeded","properties":{"osType":"Linux","vmSize":"STANDARD_NC4AS_T4_V3","vmPriority":"Dedicated",
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

    /// <summary>As the service shows a cluster that is being made: the state alone.</summary>
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

    /// <summary>Answers every GET of the cluster in turn; the last one stays.</summary>
    public static FakeService Found(params Func<SentRequest, HttpResponseMessage>[] turns)
    {
        var service = new FakeService();
        service.OnEach("GET", Path, turns);
        return service;
    }

    /// <summary>The lists of the region, as they are or changed by the test.</summary>
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

    /// <summary>The usage of this name that is the subscription's own.</summary>
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
