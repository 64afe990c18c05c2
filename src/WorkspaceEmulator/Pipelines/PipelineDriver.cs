using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.References;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Pipelines;

/// <summary>
/// Drives pipelines: starts each step as a job of its own once those that it needs are completed, and ends the pipeline with its last
/// step. All of its state is in the runs, so that a pipeline continues after a restart.
/// </summary>
/// <param name="runs">Creates the jobs of the steps.</param>
internal sealed class PipelineDriver(RunFactory runs)
{
    /// <summary>Returns the runs of a pipeline's steps.</summary>
    public static IReadOnlyList<Run> StepsOf(Workspace workspace, Run pipeline) =>
        [
            .. workspace
                .Runs.Values.Where(run => run.Document.Step?.Pipeline.Equals(pipeline.Name, StringComparison.OrdinalIgnoreCase) == true)
                .OrderBy(run => run.Document.Number),
        ];

    /// <summary>Does everything that can be done now for a pipeline.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="run">The pipeline, which has not ended.</param>
    /// <param name="cancel">Cancels the job of a step.</param>
    public void Advance(Workspace workspace, Run run, Action<Run> cancel)
    {
        var pipeline = run.Pipeline!;
        var made = StepsOf(workspace, run).ToDictionary(step => step.Document.Step!.Name, StringComparer.Ordinal);
        var active = made.Values.Where(step => !step.Status.IsTerminal()).ToList();
        // One that was canceled for the failure of another is not the reason.
        var failed = made
            .Values.Where(step => step.Status is RunStatus.Failed or RunStatus.Canceled)
            .MinBy(step => (step.Status == RunStatus.Canceled, step.Document.EndedAt));
        if (run.Status == RunStatus.CancelRequested || (failed is not null && !pipeline.ContinuesOnFailure))
        {
            foreach (var step in active.Where(step => step.Status != RunStatus.CancelRequested))
                cancel(step);
            if (active.Count == 0)
                End(workspace, run, failed);
            return;
        }

        if (run.Status != RunStatus.Running)
            run.TryMoveTo(RunStatus.Running);
        var isDone = true;
        // Steps that never run, as they need one that did not complete, directly or through others.
        var lost = new HashSet<string>(StringComparer.Ordinal);
        foreach (var step in pipeline.Steps)
        {
            if (made.TryGetValue(step.Name, out var existing))
            {
                isDone &= existing.Status.IsTerminal();
                if (existing.Status is RunStatus.Failed or RunStatus.Canceled)
                    lost.Add(step.Name);
            }
            else if (step.Needs.Any(lost.Contains))
            {
                lost.Add(step.Name);
            }
            else if (step.Needs.All(need => made.TryGetValue(need, out var done) && done.Status == RunStatus.Completed))
            {
                isDone &= Start(workspace, run, step, made) is null;
            }
            else
            {
                isDone = false;
            }
        }

        if (isDone && !run.Status.IsTerminal())
            End(workspace, run, failed);
    }

    private Run? Start(Workspace workspace, Run run, PipelineStep step, Dictionary<string, Run> made)
    {
        var definition = run.Pipeline!.Definitions.Object(step.Name)!.Clone();
        foreach (var (_, input) in definition.Object("inputs") ?? [])
        {
            if (PipelineJob.StepOutput().Match(input.Text("uri") ?? "") is not { Success: true } match)
                continue;
            var place = AssetPlaces.PlaceOf(made[match.Groups["step"].Value], match.Groups["output"].Value)!;
            ((JsonObject)input!)["uri"] = place.ToString();
        }

        definition["resources"] ??= new JsonObject { ["instanceCount"] = 1, ["shmSize"] = "2g" };
        var name = NameOf(run, step);
        var job = runs.TryCreate(
            workspace,
            name,
            run.Document.ExperimentName,
            RunStatus.NotStarted,
            step.Name,
            null,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["mlflow.parentRunId"] = run.Name },
            new Dictionary<string, string>(StringComparer.Ordinal),
            definition,
            new(CommandJobReader.ReadStored(definition)),
            step: new(run.Name, step.Name)
        );
        if (job is null)
            run.TryMoveTo(RunStatus.Failed, "UserError", $"Step '{step.Name}' could not be started: job '{name}' already exists.");
        else
            run.LogSystem($"Step '{step.Name}' was started as job '{name}'.");
        return job;
    }

    // As on Azure, an id that says nothing; the same after a restart. Clients take a folder that begins with the pipeline's name for its
    // own.
    private static string NameOf(Run run, PipelineStep step) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{run.Key}/{step.Name}"))[..16]).ToString();

    private static void End(Workspace workspace, Run run, Run? failed)
    {
        if (run.Status == RunStatus.CancelRequested)
        {
            run.TryMoveTo(RunStatus.Canceled);
        }
        else if (failed is not null)
        {
            var why = failed.Document.ErrorMessage is { } message ? $": {message}" : ".";
            run.TryMoveTo(RunStatus.Failed, "UserError", $"Step '{failed.Document.Step!.Name}' ({failed.Name}) is {failed.Status}{why}");
        }
        else
        {
            OutputAssets.Register(workspace, run);
            run.TryMoveTo(RunStatus.Completed);
        }
    }
}
