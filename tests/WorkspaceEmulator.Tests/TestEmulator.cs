using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Hosting;

namespace WorkspaceEmulator.Tests;

/// <summary>Runs an emulator in this process on its own folder, with a client that trusts its certificate and sends its token.</summary>
public sealed class TestEmulator : IAsyncDisposable
{
    public const string Workspace = "subscriptions/sub/resourceGroups/group/providers/Microsoft.MachineLearningServices/workspaces/work";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly bool ownsFolder;
    private readonly HttpClient otherClient; // Sends the token that a request names, or none, and stores cookies.
    private EmulatorHost? host;

    private TestEmulator(EmulatorHost host, EmulatorOptions options, bool ownsFolder)
    {
        (this.host, Options, this.ownsFolder) = (host, options, ownsFolder);
        Client = CreateClient(Folder, host.Endpoint);
        otherClient = CreateClient(Folder, host.Endpoint);
        otherClient.DefaultRequestHeaders.Authorization = null;
    }

    public EmulatorOptions Options { get; }
    public string Folder => Options.StateFolder;
    public HttpClient Client { get; }
    public Uri Endpoint => Client.BaseAddress!;

    public static EmulatorOptions OptionsFor(string folder) =>
        EmulatorOptions.ForFolder(folder) with
        {
            Workspaces = [new("sub", "group", "work")],
            ProvisioningTime = TimeSpan.FromMilliseconds(30),
            TerminationGrace = TimeSpan.FromMilliseconds(500),
            // The Test target names a folder for the suites whose traffic it checks.
            RecordFile = Environment.GetEnvironmentVariable("TRAFFIC_FOLDER") is { Length: > 0 } traffic
                ? Path.Combine(traffic, $"{Guid.NewGuid():N}.jsonl")
                : null,
        };

    public static string NewFolder() => Directory.CreateTempSubdirectory("emulator-test-").FullName;

    public static async Task<TestEmulator> StartAsync(
        Func<EmulatorOptions, EmulatorOptions>? change = null,
        string? folder = null,
        TimeProvider? time = null
    )
    {
        var options = OptionsFor(folder ?? NewFolder());
        options = change?.Invoke(options) ?? options;
        return new(await EmulatorHost.StartAsync(options, time ?? TimeProvider.System), options, ownsFolder: folder is null);
    }

    public static HttpClient CreateClient(string folder, Uri endpoint)
    {
        var trusted = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "emulator.crt"));
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new()
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { trusted },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        var client = new HttpClient(handler) { BaseAddress = endpoint };
        client.DefaultRequestHeaders.Authorization = new("Bearer", File.ReadAllText(Path.Combine(folder, "token")));
        return client;
    }

    /// <summary>Returns the path of a resource of the workspace, with the api-version.</summary>
    public static string Arm(string path) =>
        $"{Workspace}{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}api-version=2024-10-01";

    public static string History(string path) => $"history/v1.0/{Workspace}{path}";

    public static string Artifacts(string run, string path) => $"artifact/v2.0/{Workspace}/artifacts/ExperimentRun/dcid.{run}{path}";

    public static string Mlflow(string path) => $"mlflow/v1.0/{Workspace}/api/2.0/mlflow/{path}";

    public async Task<(HttpStatusCode Status, JsonNode? Body, HttpResponseMessage Response)> SendAsync(
        HttpMethod method,
        string path,
        string? json = null,
        string? token = null
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (token is not null)
            request.Headers.Authorization = token.Length == 0 ? null : new AuthenticationHeaderValue("Bearer", token);
        var response = await (token is null ? Client : otherClient).SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var isJson = text.Length > 0 && response.Content.Headers.ContentType?.MediaType == "application/json";
        return (response.StatusCode, isJson ? JsonNode.Parse(text) : JsonValue.Create(text), response);
    }

    public async Task<JsonNode> GetAsync(string path, string? token = null) =>
        await ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, path, null, token);

    public async Task<JsonNode> PostAsync(string path, string json, string? token = null) =>
        await ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, path, json, token);

    public async Task<JsonNode> ExpectAsync(
        HttpStatusCode status,
        HttpMethod method,
        string path,
        string? json = null,
        string? token = null
    )
    {
        var (found, body, _) = await SendAsync(method, path, json, token);
        Assert.True(found == status, $"{method} {path} returned {(int)found}: {body}");
        return body!;
    }

    public async Task CreateComputeAsync(string name = "cpu", int nodes = 2) =>
        await ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            Arm($"/computes/{name}"),
            """{"location":"westeurope","properties":{"computeType":"AmlCompute","properties":"""
                + $$$$$"""{"vmSize":"Standard_DS3_v2","scaleSettings":{"minNodeCount":0,"maxNodeCount":{{{{{nodes}}}}}"""
                + ""","nodeIdleTimeBeforeScaleDown":"PT15M"}}}}"""
        );

    public async Task CreateEnvironmentAsync(string image = "registry.example/detection:1") =>
        await ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            Arm("/environments/detection/versions/1"),
            $$$"""{"properties":{"image":"{{{image}}}"}}"""
        );

    public static JsonObject Job(string command, string compute = "cpu") =>
        new()
        {
            ["properties"] = new JsonObject
            {
                ["jobType"] = "Command",
                ["experimentName"] = "potholes",
                ["command"] = command,
                ["computeId"] = $"/{Workspace}/computes/{compute}",
                ["environmentId"] = $"/{Workspace}/environments/detection/versions/1",
            },
        };

    /// <summary>Creates compute and environment, and submits a job.</summary>
    public async Task SubmitAsync(string name, string command, Action<JsonObject>? change = null, bool prepare = true)
    {
        if (prepare)
        {
            await CreateComputeAsync();
            await CreateEnvironmentAsync();
        }

        var job = Job(command);
        change?.Invoke((JsonObject)job["properties"]!);
        await ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm($"/jobs/{name}"), job.ToJsonString());
    }

    public async Task<string> StatusAsync(string job) => (string)(await GetAsync(Arm($"/jobs/{job}")))["properties"]!["status"]!;

    public Task WaitForAsync(string job, string status) =>
        EventuallyAsync(async () => await StatusAsync(job) == status, async () => $"job {job} is {await StatusAsync(job)}, not {status}");

    /// <summary>Waits until a job has ended and returns its run's details.</summary>
    public async Task<JsonNode> WaitForEndAsync(string job)
    {
        await EventuallyAsync(
            async () => await StatusAsync(job) is "Completed" or "Failed" or "Canceled",
            async () => $"job {job} is still {await StatusAsync(job)}"
        );
        return await GetAsync(History($"/runs/{job}/details"));
    }

    public static Task WaitForFileAsync(string path) =>
        EventuallyAsync(() => Task.FromResult(File.Exists(path)), () => Task.FromResult($"{path} does not exist"));

    public string JobFolder(string job) => Path.Combine(Folder, "jobs", job);

    public string Log(string job) => File.ReadAllText(Path.Combine(JobFolder(job), "user_logs", "std_log.txt"));

    public static async Task EventuallyAsync(Func<Task<bool>> condition, Func<Task<string>> otherwise)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Deadline)
                Assert.Fail($"After {Deadline.TotalSeconds} s: {await otherwise()}.");
            await Task.Delay(15, TestContext.Current.CancellationToken);
        }
    }

    public async Task StopAsync()
    {
        if (host is not null)
            await host.DisposeAsync();
        host = null;
    }

    public Task WaitForShutdownAsync() => host!.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Client.Dispose();
        otherClient.Dispose();
        if (ownsFolder)
            Directory.Delete(Folder, recursive: true);
    }
}
