using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkspaceEmulator.Tests.Containers;

/// <summary>Simulates a Docker engine for one job; no container runs.</summary>
public sealed class FakeEngine : IAsyncDisposable
{
    public const string Container = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly string folder = Directory.CreateTempSubdirectory("fake-engine-").FullName;
    private readonly WebApplication application;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FakeEngine()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.ListenUnixSocket(Path.Combine(folder, "docker.sock"), listen => listen.Protocols = HttpProtocols.Http1)
        );
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        application = builder.Build();
        application.Use(
            (context, next) =>
            {
                Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
                return next(context);
            }
        );
        application.MapGet("/version", () => Results.Text("""{"ApiVersion":"1.41","Os":"linux","Arch":"amd64"}""", "application/json"));
        var api = application.MapGroup("/v1.41");
        api.MapGet("/images/{**path}", (string path) =>
            ImagePlatform.Split('/') is [var os, var architecture]
            && (!path.StartsWith("azureml/", StringComparison.Ordinal) || IsBuilt(path))
                ? Results.Text($$"""{"Os":"{{os}}","Architecture":"{{architecture}}"}""", "application/json")
                : Message(404, "No such image")
        );
        api.MapGet("/networks/bridge", () =>
            Gateway is null
                ? Message(404, "network bridge not found")
                : Results.Text(
                    $$$$"""{"Name":"bridge","IPAM":{"Config":[{"Subnet":"127.0.0.0/8","Gateway":"{{{{Gateway}}}}"}]}}""",
                    "application/json"
                )
        );
        api.MapGet("/networks/{name}", (string name) =>
            Results.Text(
                $$$"""{"Name":"{{{name}}}","IPAM":{"Config":[{"Subnet":"172.30.0.0/16","Gateway":"172.30.0.1"}]}}""",
                "application/json"
            )
        );
        api.MapPost("/networks/create", CreateNetworkAsync);
        api.MapDelete("/networks/{name}", () => Results.NoContent());
        api.MapGet("/networks", () => Results.Text(LeftNetworks.ToJsonString(), "application/json"));
        api.MapPost("/images/create", PullAsync);
        api.MapPost("/build", BuildAsync);
        api.MapPost("/containers/create", CreateAsync);
        api.MapPost("/containers/{id}/start", () => Results.NoContent());
        api.MapGet("/containers/{id}/logs", LogAsync);
        api.MapPost("/containers/{id}/wait", WaitAsync);
        api.MapGet("/containers/{id}/json", () =>
            Results.Text(
                new JsonObject { ["Config"] = new JsonObject(), [nameof(State)] = State.DeepClone() }.ToJsonString(),
                "application/json"
            )
        );
        api.MapPost("/containers/{id}/stop", Stop);
        api.MapPost("/containers/{id}/kill", Stop);
        api.MapDelete("/containers/{id}", () => Results.NoContent());
        api.MapGet("/containers/json", () => Results.Text(Left.ToJsonString(), "application/json"));
    }

    public string Host => $"unix://{folder}/docker.sock";

    /// <summary>Gets every request so far: method, path and query.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Gets the body of the request that created the container.</summary>
    public JsonNode? Created { get; private set; }

    /// <summary>Gets the bodies of all requests that created a container.</summary>
    public ConcurrentQueue<JsonNode> AllCreated { get; } = [];

    /// <summary>Gets the body of the request that created a network.</summary>
    public JsonNode? CreatedNetwork { get; private set; }

    /// <summary>Gets the networks of an earlier emulator.</summary>
    public JsonArray LeftNetworks { get; init; } = [];

    /// <summary>Gets the credentials header of the pull.</summary>
    public string? PullCredentials { get; private set; }

    /// <summary>Gets or sets <c>os/architecture</c> of the local image; empty for none.</summary>
    public string ImagePlatform { get; set; } = "linux/amd64";

    /// <summary>Gets or sets the response to a pull; after a success the image is local.</summary>
    public (int Status, string Body) Pull { get; set; } = (200, "");

    /// <summary>Gets or sets what a build responds with.</summary>
    public string Build { get; set; } = """{"stream":"Step 1/1 : FROM base\n"}""";

    /// <summary>Gets the contexts of all builds: the files, and the query and credentials of the request.</summary>
    public ConcurrentQueue<BuildRequest> Builds { get; } = [];

    /// <summary>Gets the address of this machine on the bridge; null when the engine has no bridge.</summary>
    public string? Gateway { get; init; } = "127.0.0.2";

    /// <summary>Gets whether a pull never ends by itself.</summary>
    public bool IsPullEndless { get; init; }

    /// <summary>Gets what the container writes: stream (1 output, 2 errors) and text.</summary>
    public IReadOnlyList<(int Stream, string Text)> Log { get; init; } = [];

    /// <summary>Gets the state of the container after it has ended.</summary>
    public JsonObject State { get; init; } = new() { ["ExitCode"] = 0 };

    /// <summary>Gets whether the container runs until it is stopped.</summary>
    public bool RunsUntilStopped { get; init; }

    /// <summary>Gets whether the connection breaks while the container runs.</summary>
    public bool BreaksWhileRunning { get; init; }

    /// <summary>Gets the containers of an earlier emulator.</summary>
    public JsonArray Left { get; init; } = [];

    /// <summary>Completes when a client waits for the container or for an endless pull; fails when none does for a minute.</summary>
    public Task Waiting => waiting.Task.WaitAsync(TimeSpan.FromMinutes(1));

    public static async Task<FakeEngine> StartAsync(FakeEngine? engine = null)
    {
        engine ??= new();
        await engine.application.StartAsync();
        return engine;
    }

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Returns the bytes of a log as the engine sends them.</summary>
    public static byte[] Frames(IEnumerable<(int Stream, string Text)> log)
    {
        var bytes = new List<byte>();
        foreach (var (stream, text) in log)
        {
            var content = Encoding.UTF8.GetBytes(text);
            var header = new byte[8];
            header[0] = (byte)stream;
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), content.Length);
            bytes.AddRange(header);
            bytes.AddRange(content);
        }

        return [.. bytes];
    }

    private IResult Stop()
    {
        ended.TrySetResult();
        return Results.NoContent();
    }

    private static IResult Message(int status, string message) =>
        Results.Text(new JsonObject { ["message"] = message }.ToJsonString(), "application/json", statusCode: status);

    private async Task PullAsync(HttpContext context)
    {
        PullCredentials = context.Request.Headers["X-Registry-Auth"];
        context.Response.StatusCode = Pull.Status;
        await context.Response.WriteAsync(Pull.Body);
        await context.Response.Body.FlushAsync();
        if (IsPullEndless)
        {
            waiting.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }

        if (Pull.Status == 200 && ImagePlatform.Length == 0)
            ImagePlatform = "linux/amd64";
    }

    private bool IsBuilt(string path) => Builds.Any(build => build.IsDone && path == $"{build.Query["t"]}/json");

    private async Task BuildAsync(HttpContext context)
    {
        using var archive = new MemoryStream();
        await context.Request.Body.CopyToAsync(archive);
        archive.Position = 0;
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await using var reader = new TarReader(archive);
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
            files[entry.Name] = entry.DataStream is { } content ? await new StreamReader(content).ReadToEndAsync() : "";
        var isDone = !Build.Contains("errorDetail", StringComparison.Ordinal);
        Builds.Enqueue(new(files, context.Request.Query, context.Request.Headers["X-Registry-Config"].ToString(), isDone));
        await context.Response.WriteAsync(Build);
    }

    private async Task CreateNetworkAsync(HttpContext context)
    {
        CreatedNetwork = await JsonNode.ParseAsync(context.Request.Body);
        context.Response.StatusCode = 201;
        await context.Response.WriteAsync("""{"Id":"fedcba","Warning":""}""");
    }

    private async Task CreateAsync(HttpContext context)
    {
        Created = await JsonNode.ParseAsync(context.Request.Body);
        AllCreated.Enqueue(Created!);
        context.Response.StatusCode = 201;
        await context.Response.WriteAsync($$"""{"Id":"{{Container}}","Warnings":[]}""");
    }

    private async Task LogAsync(HttpContext context)
    {
        await context.Response.Body.WriteAsync(Frames(Log));
        await context.Response.Body.FlushAsync();
        if (RunsUntilStopped)
            await ended.Task.WaitAsync(context.RequestAborted);
    }

    private async Task WaitAsync(HttpContext context)
    {
        await context.Response.Body.FlushAsync();
        waiting.TrySetResult();
        if (BreaksWhileRunning)
            context.Abort();
        if (RunsUntilStopped)
            await ended.Task.WaitAsync(context.RequestAborted);
        await context.Response.WriteAsync("""{"StatusCode":0,"Error":null}""");
    }

    /// <summary>Describes one build.</summary>
    /// <param name="Files">Files and folders of the context, with their text.</param>
    /// <param name="Query">The query of the request.</param>
    /// <param name="Credentials">The credentials of registries.</param>
    /// <param name="IsDone">Whether the image was built.</param>
    public sealed record BuildRequest(IReadOnlyDictionary<string, string> Files, IQueryCollection Query, string Credentials, bool IsDone);
}
