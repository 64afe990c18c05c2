using System.Text.Json.Nodes;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Workspaces;

/// <summary>Creates runs for jobs and for MLflow's <c>runs/create</c>.</summary>
internal sealed class RunFactory(TimeProvider time)
{
    private static readonly string[] DescriptionMembers =
    [
        "tags",
        "properties",
        "displayName",
        "description",
        "isArchived",
        "experimentName",
        "status",
        "services",
        "parameters",
    ];
    private readonly Lock gate = new();

    /// <summary>Creates and stores a job; null when another request has taken the name.</summary>
    public Run? TryCreateJob(Workspace workspace, string name, JobDefinition job, JobDescription description, JsonObject properties)
    {
        var definition = properties.Clone();
        foreach (var member in DescriptionMembers)
            definition.Remove(member);
        if (job.Command is not null)
            definition["resources"] ??= new JsonObject { ["instanceCount"] = 1, ["shmSize"] = "2g" };
        return TryCreate(
            workspace,
            name,
            description.ExperimentName ?? "Default",
            RunStatus.NotStarted,
            description.DisplayName ?? name,
            description.Description,
            description.Tags ?? new Dictionary<string, string>(StringComparer.Ordinal),
            description.Properties,
            definition,
            job,
            steps: job.Pipeline?.Definitions.Clone()
        );
    }

    public Run? TryCreate(
        Workspace workspace,
        string name,
        string experiment,
        RunStatus status,
        string displayName,
        string? description,
        IReadOnlyDictionary<string, string> tags,
        IReadOnlyDictionary<string, string> properties,
        JsonObject? definition = null,
        JobDefinition? job = null,
        TrialDocument? trial = null,
        StepDocument? step = null,
        JsonObject? steps = null
    )
    {
        lock (gate)
        {
            if (workspace.Runs.ContainsKey(name))
                return null;
            workspace.Experiments.GetOrCreate(experiment);
            var now = time.GetUtcNow();
            var number = workspace.Runs.Values.Select(run => run.Document.Number).DefaultIfEmpty().Max() + 1;
            var run = Run.Create(
                workspace.StateFolder,
                new(
                    workspace.Name.SubscriptionId,
                    workspace.Name.ResourceGroup,
                    workspace.Name.Name,
                    name,
                    experiment,
                    number,
                    status,
                    now,
                    now,
                    status == RunStatus.Running ? now : null,
                    null,
                    displayName,
                    description,
                    false,
                    null,
                    null,
                    Run.Merge(tags, []),
                    Run.Merge(properties, []),
                    Run.Merge(new Dictionary<string, string>(StringComparer.Ordinal), []),
                    definition,
                    Trial: trial,
                    Step: step,
                    Steps: steps
                ),
                job,
                time
            );
            workspace.Runs[name] = run;
            return run;
        }
    }
}
