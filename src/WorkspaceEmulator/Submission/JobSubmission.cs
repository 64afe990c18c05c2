using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.References;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Submission;

/// <summary>Checks what a request or a schedule submits, and reads it as a job. Nothing is created here.</summary>
internal static class JobSubmission
{
    private const int LongestSweepName = 250;

    /// <summary>Returns why the kind of a job is refused; null when the emulator runs such jobs.</summary>
    public static JsonHttpResult<ArmErrorResponse>? KindRefusal(JsonObject properties) =>
        properties.Text("jobType") switch
        {
            CommandJob.Type or SweepJob.Type => null,
            null => ArmErrors.BadRequest("properties.jobType is missing; it must be Command or Sweep."),
            var other => ArmErrors.NotEmulated("PUT", $"a job of type {other}"),
        };

    /// <summary>Reads a job that is about to be stored.</summary>
    /// <param name="name">Name of the job.</param>
    /// <param name="properties">Its <c>properties</c>, whose references <see cref="JobNeeds.Resolve"/> has replaced.</param>
    /// <param name="workspace">The workspace that must have what the job refers to.</param>
    /// <returns>Either the job or the response that refuses it.</returns>
    public static (JobDefinition? Job, JsonHttpResult<ArmErrorResponse>? Refusal) Read(
        string name,
        JsonObject properties,
        Workspace workspace
    )
    {
        var runnable = RunnableOf(properties);
        if (JobNeeds.Missing(runnable, workspace) is { } missing)
            return (null, ArmErrors.NotEmulated("PUT", missing));
        if (JobNeeds.Fault(runnable, workspace) is { } unknown)
            return (null, ArmErrors.BadRequest(unknown));
        var (job, fault) = ReadDefinition(name, properties, workspace);
        return job is null ? (null, ArmErrors.BadRequest(fault!)) : (job, null);
    }

    // What runs: the command job itself, or a trial of the sweep.
    private static JsonObject RunnableOf(JsonObject properties) =>
        properties.Text("jobType") == SweepJob.Type
            ? SweepJobReader.TrialOf(properties, new Dictionary<string, string>(StringComparer.Ordinal))
            : properties;

    private static (JobDefinition? Job, string? Fault) ReadDefinition(string name, JsonObject properties, Workspace workspace)
    {
        if (properties.Text("jobType") == CommandJob.Type)
        {
            var (command, wrong) = CommandJobReader.Read(properties, workspace);
            return (command is null ? null : new(command), wrong);
        }

        if (name.Length > LongestSweepName)
        {
            return (
                null,
                $"The name of a sweep has {name.Length} characters; it must have at most {LongestSweepName}, as its trials' names are longer."
            );
        }

        var (sweep, fault) = SweepJobReader.Read(properties, workspace);
        return (sweep is null ? null : new(sweep), fault);
    }
}
