using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.ResourceManager.MachineLearning.Tests;

/// <summary>Replaces ARM: returns the scripted responses in order, and records the requests.</summary>
internal sealed class ScriptedArm : HttpMessageHandler
{
    public const string SubscriptionId = "00000000-0000-0000-0000-000000000001";
    public const string WorkspacePath =
        "/subscriptions/" + SubscriptionId + "/resourceGroups/ml-rg/providers/Microsoft.MachineLearningServices/workspaces/ml-ws";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Queue<HttpResponseMessage> answers = new();

    public List<string> Requests { get; } = [];

    /// <summary>The requests with their whole bodies, as the files under Requests hold them.</summary>
    public string Transcript => string.Join("\n", Requests);

    public static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file));

    /// <summary>The response in Answers/, with one member (a path of names joined by dots) put in place.</summary>
    public static string Example(string file, string? path = null, JsonNode? value = null)
    {
        var root = JsonNode.Parse(Read($"Answers/{file}"))!;
        if (path is not null)
        {
            var names = path.Split('.');
            var parent = names[..^1].Aggregate(root, (node, name) => node[name]!);
            parent[names[^1]] = value;
        }

        return root.ToJsonString();
    }

    public ScriptedArm Answer(int status, string? body = null, params (string Name, string Value)[] headers)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new StringContent(body ?? string.Empty, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers)
            answer.Headers.TryAddWithoutValidation(name, value);

        answers.Enqueue(answer);
        return this;
    }

    public ArmClient Connect(Action<ArmClientOptions>? configure = null)
    {
        var options = new ArmClientOptions { Transport = new HttpClientTransport(this) };
        options.Retry.MaxRetries = 0;
        configure?.Invoke(options);
        return new ArmClient(new FixedCredential(), SubscriptionId, options);
    }

    public MachineLearningWorkspaceResource Workspace(Action<ArmClientOptions>? configure = null) =>
        Connect(configure).GetMachineLearningWorkspaceResource(new ResourceIdentifier(WorkspacePath));

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Assert.Equal("Bearer token-of-the-test", request.Headers.Authorization?.ToString());
        using var reader = request.Content is null ? null : new StreamReader(request.Content.ReadAsStream(cancellationToken));
        var body = reader is null
            ? string.Empty
            : $"{request.Content!.Headers.ContentType}\n{JsonNode.Parse(reader.ReadToEnd())!.ToJsonString(Indented)}\n";
        Requests.Add($"{request.Method} {request.RequestUri!.AbsoluteUri}\n{body}");
        return answers.TryDequeue(out var answer) ? answer : throw new InvalidOperationException($"No response is left for:\n{Transcript}");
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(Send(request, cancellationToken));

    private sealed class FixedCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("token-of-the-test", new DateTimeOffset(2999, 1, 1, 0, 0, 0, TimeSpan.Zero));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}
