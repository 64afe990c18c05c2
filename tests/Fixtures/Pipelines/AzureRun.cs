using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Fixtures.CodeHosts;

namespace Fixtures.Pipelines;

/// <summary>A run of Azure Pipelines against a server of Azure DevOps, for a repository in Azure Repos.</summary>
public sealed partial class AzureRun : PipelineRun
{
    private readonly string merge;
    private readonly JsonObject results = [];

    /// <param name="checkout">The repository.</param>
    /// <param name="server">Azure DevOps.</param>
    /// <param name="what">The event, as steps.mjs names it.</param>
    /// <param name="commit">The head of the pull request when the run began.</param>
    /// <param name="merge">The merge of the pull request.</param>
    public AzureRun(PipelineCheckout checkout, AzureDevOpsServer server, string what, string commit, string merge)
        : base(checkout, server.Token)
    {
        this.merge = merge;
        string[] arguments = { $"--event={what}", "--provider=azure-repos", $"--commit={commit}", $"--merge={merge}" };
        foreach (var argument in arguments)
            Arguments.Add(argument);
        foreach (var name in new[] { "BUILD_REPOSITORY_ID", "SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECTID" })
            Variables[name] = server.Variables[name];
    }

    protected override string Platform => "azure";

    protected override JsonNode Results => results;

    protected override string KeyOf(JsonNode job) => $"{(string)job["stage"]!}.{(string)job["id"]!}";

    protected override void Begin(JsonNode step) { }

    protected override void Take(string job, JsonNode step, StepResult result)
    {
        var settable = step["settableVariables"] is JsonArray names ? names.Select(name => (string)name!).ToList() : [];
        foreach (var line in result.Output.Split('\n'))
        {
            var command = Command().Match(line.TrimEnd('\r'));
            if (!command.Success)
                continue;
            var value = Decode(command.Groups["value"].Value);
            switch (command.Groups["name"].Value)
            {
                case "task.setvariable":
                    var name = Variable().Match(command.Groups["properties"].Value).Groups["name"].Value;
                    Assert.Contains(name, settable, StringComparer.Ordinal);
                    OutputsOf(job)[$"{(string)step["id"]!}.{name}"] = value;
                    break;
                case "task.uploadsummary":
                    Assert.True(step["settableVariables"] is null, "A restricted step may not upload a summary.");
                    Summary += File.ReadAllText(value);
                    break;
                default:
                    // logissue, which a restricted step may print.
                    Assert.Equal("task.logissue", command.Groups["name"].Value);
                    break;
            }
        }
    }

    protected override async Task DoAsync(JsonNode step)
    {
        var inputs = step["inputs"]!.AsObject();
        switch ((string)step["task"]!)
        {
            case "checkout" when (string?)step["checkout"] == "self":
                await Checkout.CheckOutAsync(merge);
                break;
            case "PublishPipelineArtifact@1":
                Copy(Path.Combine(Checkout.Root, (string)inputs["targetPath"]!), Artifact((string)inputs["artifact"]!));
                break;
            case "checkout" or "download" or "UseDotNet@2" or "Cache@2":
                break;
            case var task:
                Assert.Fail($"{task} is not a task of a launch.");
                break;
        }
    }

    protected override bool RunsAfterFailure(string? condition) =>
        condition?.Contains("succeededOrFailed()", StringComparison.Ordinal) == true;

    protected override void End(string job, bool hasFailed) => OutputsOf(job)["ended"] = hasFailed ? "Failed" : "Succeeded";

    private JsonObject OutputsOf(string job)
    {
        var (stage, id) = job.Split('.') is [var first, var second]
            ? (first, second)
            : throw new ArgumentException($"{job} is not STAGE.JOB.", nameof(job));
        if (results[stage] is not JsonObject jobs)
            results[stage] = jobs = [];
        if (jobs[id] is not JsonObject outputs)
            jobs[id] = outputs = [];
        return outputs;
    }

    private static string Decode(string text) =>
        text.Replace("%0D", "\r", StringComparison.Ordinal)
            .Replace("%0A", "\n", StringComparison.Ordinal)
            .Replace("%3B", ";", StringComparison.Ordinal)
            .Replace("%5D", "]", StringComparison.Ordinal)
            .Replace("%AZP25", "%", StringComparison.Ordinal);

    [GeneratedRegex(@"##vso\[(?<name>[\w.]+)(?<properties>[^\]]*)\](?<value>.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Command();

    [GeneratedRegex(@"variable=(?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}
