using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.References;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Sweeps;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Studio;

/// <summary>Submits a job again as it was, under the name of its next attempt: <c>NAME-2</c>, <c>NAME-3</c>, …, as Train does.</summary>
internal sealed partial class Resubmission(RunFactory runs)
{
    private const int MostAttempts = 1000;
    private static readonly string[] ResultProperties = [SweepDriver.BestChild, "score"];

    [GeneratedRegex(@"^(?<plan>.+)-\d{1,4}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AttemptName();

    /// <summary>Creates the job. The scheduler must be woken then.</summary>
    /// <returns>Either its name or why it cannot be submitted.</returns>
    public (string? Name, string? Fault) Submit(Workspace workspace, Run run)
    {
        if (run.Document is { Parent: not null } or { Definition: null })
            return (null, $"'{run.Name}' was not submitted as a job; submit the sweep or pipeline that it belongs to.");
        if (run.Pipeline is not null)
            return (null, $"'{run.Name}' is a pipeline; its client submits it again.");
        var properties = PropertiesOf(run);
        var runnable = run.Sweep is null
            ? properties
            : SweepJobReader.TrialOf(properties, new Dictionary<string, string>(StringComparer.Ordinal));
        if ((JobNeeds.Missing(runnable, workspace) ?? JobNeeds.Fault(runnable, workspace)) is { } missing)
            return (null, missing);
        var (job, fault) = Read(workspace, properties, run.Sweep is not null);
        if (job is null)
            return (null, fault);
        var plan =
            AttemptName().Match(run.Name) is { Success: true } match && workspace.Runs.ContainsKey(match.Groups["plan"].Value)
                ? match.Groups["plan"].Value
                : run.Name;
        for (var attempt = 2; attempt <= MostAttempts; attempt++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{plan}-{attempt}");
            if (!ResourceNames.Asset().IsMatch(name))
                return (null, $"'{run.Name}' is too long a name for another attempt.");
            if (runs.TryCreateJob(workspace, name, job, JobDescription.Read(properties), properties) is not null)
                return (name, null);
        }

        return (null, $"'{plan}' has {MostAttempts} attempts already.");
    }

    private static JsonObject PropertiesOf(Run run)
    {
        var document = run.Document;
        var properties = document.Definition!.Clone();
        properties["experimentName"] = document.ExperimentName;
        properties["displayName"] = document.DisplayName;
        properties["description"] = document.Description;
        properties["tags"] = document.Tags.ToJson();
        properties["properties"] = document
            .Properties.Where(pair => !ResultProperties.Contains(pair.Key, StringComparer.Ordinal))
            .ToDictionary(StringComparer.Ordinal)
            .ToJson();
        return properties.WithoutNulls();
    }

    private static (JobDefinition? Job, string? Fault) Read(Workspace workspace, JsonObject properties, bool isSweep)
    {
        if (isSweep)
        {
            var (sweep, wrong) = SweepJobReader.Read(properties, workspace);
            return (sweep is null ? null : new(sweep), wrong);
        }

        var (command, fault) = CommandJobReader.Read(properties, workspace);
        return (command is null ? null : new(command), fault);
    }
}
