using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Fixtures.Services;

/// <summary>A registry with one model behind a <see cref="FakeService"/>: a version keeps its address and its type.</summary>
public sealed class FakeModels
{
    private const int Most = 20;

    private readonly FakeService service;
    private readonly string path;
    private readonly ConcurrentDictionary<int, JsonObject> versions = new();

    public FakeModels(FakeService service, string name = "pothole")
    {
        ArgumentNullException.ThrowIfNull(service);
        this.service = service;
        Name = name;
        path = $"{FakeService.WorkspaceId}/models/{name}";
        service.On("GET", path, request => versions.IsEmpty ? Missing(request) : Ok(Container())(request));
        service.On("GET", $"{path}/versions", request => versions.IsEmpty ? Missing(request) : Ok(List())(request));
        service.On("GET", $"{FakeService.WorkspaceId}/models", request => Ok(Models())(request));
        for (var number = 1; number <= Most; number++)
        {
            var at = number;
            service.On("GET", PathOf(at), request => versions.ContainsKey(at) ? Ok(Shown(at))(request) : Missing(request));
            service.On("PUT", PathOf(at), request => Put(at, request));
        }
    }

    public string Name { get; }

    /// <summary>Called before a version is stored, for the first request of each number.</summary>
    public Action<int> OnPut { get; set; } = _ => { };

    /// <summary>The properties of each version by its number.</summary>
    public IReadOnlyDictionary<int, JsonObject> Versions => versions;

    /// <summary>The bodies that were sent to store a version, oldest first.</summary>
    public IReadOnlyList<string> Bodies =>
        [
            .. service
                .Sent.Where(request => request.Method == "PUT" && request.Uri.AbsolutePath.StartsWith(path, StringComparison.Ordinal))
                .Select(request => request.Body),
        ];

    public string PathOf(int version) => $"{path}/versions/{version.ToString(CultureInfo.InvariantCulture)}";

    public void Add(int version, JsonObject properties) => versions[version] = properties;

    /// <summary>Adds a version of a job.</summary>
    public void Add(int version, string job, string? stage = null)
    {
        var tags = new JsonObject { ["job"] = job };
        if (stage is not null)
            tags["stage"] = stage;
        Add(
            version,
            new JsonObject
            {
                ["jobName"] = job,
                ["modelType"] = "mlflow_model",
                ["modelUri"] = $"azureml://jobs/{job}/outputs/artifacts/paths/outputs/final_model/",
                ["stage"] = stage,
                ["tags"] = tags,
            }
        );
    }

    private HttpResponseMessage Put(int version, SentRequest request)
    {
        OnPut(version);
        var properties = JsonNode.Parse(request.Body)!["properties"]!.DeepClone().AsObject();
        var stored = versions.GetOrAdd(version, properties);
        if (!JsonNode.DeepEquals(stored["modelUri"], properties["modelUri"]))
        {
            return FakeService.Json(409, """{"error":{"code":"Conflict","message":"The version already exists with another modelUri."}}""")(
                request
            );
        }

        versions[version] = properties;
        return FakeService.Json(ReferenceEquals(stored, properties) ? 201 : 200, Shown(version).ToJsonString())(request);
    }

    private JsonObject Container() =>
        new()
        {
            ["id"] = path,
            ["name"] = Name,
            ["properties"] = new JsonObject
            {
                ["latestVersion"] = $"{versions.Keys.Max()}",
                ["nextVersion"] = $"{versions.Keys.Max() + 1}",
            },
        };

    private JsonObject Models() => new() { ["value"] = new JsonArray([.. versions.IsEmpty ? [] : new JsonNode[] { Container() }]) };

    private JsonObject List() => new() { ["value"] = new JsonArray([.. versions.Keys.Order().Select(Shown)]) };

    private JsonObject Shown(int version) =>
        new()
        {
            ["id"] = PathOf(version),
            ["name"] = $"{version}",
            ["properties"] = versions[version].DeepClone(),
        };

    private static Func<SentRequest, HttpResponseMessage> Ok(JsonObject body) => FakeService.Json(200, body.ToJsonString());

    private static HttpResponseMessage Missing(SentRequest request) =>
        FakeService.Json(404, """{"error":{"code":"ResourceNotFound","message":"No such model."}}""")(request);
}
