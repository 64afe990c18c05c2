using System.Text.Json.Nodes;
using Fixtures.CodeHosts;

namespace Fixtures.Pipelines;

/// <summary>A run of GitHub Actions against a server of GitHub.</summary>
public sealed class GitHubRun : PipelineRun
{
    private readonly string merge;
    private readonly JsonObject results = [];
    private JsonObject outputs = [];

    /// <param name="checkout">The repository.</param>
    /// <param name="server">GitHub.</param>
    /// <param name="what">The event, as steps.mjs names it.</param>
    /// <param name="commit">The head of the pull request, or the commit that is built.</param>
    /// <param name="merge">The merge of the pull request.</param>
    public GitHubRun(PipelineCheckout checkout, GitHubServer server, string what, string commit, string merge)
        : base(checkout, server.Token)
    {
        this.merge = merge;
        string[] arguments =
        {
            $"--event={what}",
            $"--commit={commit}",
            $"--merge={merge}",
            $"--api={server.Address.ToString().TrimEnd('/')}",
            $"--token={server.Token}",
        };
        foreach (var argument in arguments)
            Arguments.Add(argument);
    }

    /// <summary>The SARIF files that went to code scanning.</summary>
    public IList<JsonNode> Uploaded { get; } = [];

    protected override string Platform => "github";

    protected override JsonNode Results => results;

    protected override string KeyOf(JsonNode job) => (string)job["id"]!;

    protected override void Begin(JsonNode step) { }

    protected override void Take(string job, JsonNode step, StepResult result)
    {
        var lines = File.ReadAllText(Path.Combine(Folder, "set_output")).Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            if (lines[index].Split("<<", 2) is [var name, var delimiter] && !name.Contains('=', StringComparison.Ordinal))
            {
                var end = Array.IndexOf(lines, delimiter, index + 1);
                outputs[name] = string.Join('\n', lines[(index + 1)..end]);
                index = end;
            }
            else if (lines[index].Split('=', 2) is [var plain, var value])
            {
                outputs[plain] = value;
            }
        }

        if ((string?)step["id"] is { } id)
            outputs[id] = result.ExitCode == 0 ? "success" : "failure";
        Summary += File.ReadAllText(Path.Combine(Folder, "step_summary"));
    }

    protected override async Task DoAsync(JsonNode step)
    {
        var action = ((string)step["uses"]!).Split('@')[0];
        var given = step["with"]!.AsObject();
        switch (action)
        {
            case "actions/checkout":
                Assert.Equal("false", (string?)given["persist-credentials"]);
                var reference = (string?)given["ref"] ?? "";
                await Checkout.CheckOutAsync(
                    reference == "main" ? Checkout.Main
                    : reference.Length > 0 ? reference
                    : merge
                );
                break;
            case "actions/upload-artifact":
                var uploaded = Path.GetFullPath((string)given["path"]!, Checkout.Root);
                if (Path.Exists(uploaded))
                    Copy(uploaded, Artifact((string)given["name"]!));
                break;
            case "actions/download-artifact":
                Copy(Artifact((string)given["name"]!), Path.Combine(Checkout.Root, (string)given["path"]!));
                break;
            case "actions/setup-dotnet" or "actions/setup-node" or "actions/cache":
                // Both are installed, and nothing is cached.
                break;
            case "github/codeql-action/upload-sarif":
                Uploaded.Add(JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, (string)given["sarif_file"]!)))!);
                break;
            default:
                Assert.Fail($"{action} is not an action of these runs.");
                break;
        }
    }

    protected override bool RunsAfterFailure(string? condition) =>
        condition is not null
        && (condition.Contains("always()", StringComparison.Ordinal) || condition.Contains("!cancelled()", StringComparison.Ordinal));

    protected override void End(string job, bool hasFailed)
    {
        results[job] = new JsonObject { ["result"] = hasFailed ? "failure" : "success", ["outputs"] = outputs };
        outputs = [];
    }
}
