using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Faults;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Mlflow;
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
            CommandJob.Type or SweepJob.Type or PipelineJob.Type => null,
            null => ArmErrors.BadRequest("properties.jobType is missing; it must be Command, Sweep or Pipeline."),
            var other => ArmErrors.NotEmulated("PUT", $"a job of type {other}"),
        };

    /// <summary>Completes a job by the component that it names, and replaces its references by ARM ids.</summary>
    /// <returns>The response that refuses the job; null when nothing is wrong with the component.</returns>
    public static JsonHttpResult<ArmErrorResponse>? Resolve(JsonObject properties, Workspace workspace)
    {
        try
        {
            if (properties.Text("jobType") == PipelineJob.Type)
                ComponentJob.CompletePipeline(properties, workspace);
            else
                ComponentJob.Complete(properties, workspace);
        }
        catch (RefusedStepException refused)
        {
            return RefusalOf(refused);
        }

        JobNeeds.Resolve(properties.Object("trial") ?? properties, workspace);
        return null;
    }

    /// <summary>Reads a job that is about to be stored.</summary>
    /// <param name="name">Name of the job.</param>
    /// <param name="properties">Its <c>properties</c>, which <see cref="Resolve"/> has completed.</param>
    /// <param name="workspace">The workspace that must have what the job refers to.</param>
    /// <returns>Either the job or the response that refuses it.</returns>
    public static (JobDefinition? Job, JsonHttpResult<ArmErrorResponse>? Refusal) Read(
        string name,
        JsonObject properties,
        Workspace workspace
    )
    {
        if (properties.Text("experimentName") is { Length: > 0 } experiment && ExperimentFault(experiment) is { } wrong)
            return (null, ArmErrors.BadRequest($"properties.experimentName: {wrong}"));
        if (properties.Text("jobType") == PipelineJob.Type)
            return ReadPipeline(name, properties, workspace);
        var runnable = RunnableOf(properties);
        if (JobNeeds.Missing(runnable, workspace) is { } missing)
            return (null, ArmErrors.NotEmulated("PUT", missing));
        if (JobNeeds.Fault(runnable, workspace) is { } unknown)
            return (null, ArmErrors.BadRequest(unknown));
        if (PlannedPreemptions.Fault(properties.Texts("properties")) is { } wrongSteps)
            return (null, ArmErrors.BadRequest(wrongSteps));
        var (job, fault) = ReadDefinition(name, properties, workspace);
        return job is null ? (null, ArmErrors.BadRequest(fault!)) : (job, null);
    }

    // The processes of the job get the name in their environment.
    private static string? ExperimentFault(string name) =>
        name.Any(char.IsControl) ? "it holds a control character; it must hold none." : MlflowLimits.ExperimentFault(name);

    private static (JobDefinition? Job, JsonHttpResult<ArmErrorResponse>? Refusal) ReadPipeline(
        string name,
        JsonObject properties,
        Workspace workspace
    )
    {
        try
        {
            var steps = PipelineExpansion.Expand(name, properties, workspace);
            foreach (var (step, definition) in steps)
            {
                var (_, refusal) = Read(step, PipelineJob.WithPlaces(definition!.AsObject()), workspace);
                if (refusal is not null)
                    return (null, InStep(step, refusal));
            }

            foreach (var (output, given) in properties.Object("outputs") ?? [])
            {
                if (given.Text("uri") is { } uri && DatastoreUri.Parse(uri, workspace).Fault is { } fault)
                    return (null, ArmErrors.BadRequest($"properties.outputs.{output}.uri: {fault}"));
            }

            return (new(PipelineJob.Read(properties, steps)), null);
        }
        catch (RefusedStepException refused)
        {
            return (null, RefusalOf(refused));
        }
        catch (FormatException wrong)
        {
            return (null, ArmErrors.BadRequest(wrong.Message));
        }
    }

    private static JsonHttpResult<ArmErrorResponse> RefusalOf(RefusedStepException refused) =>
        refused.IsNotEmulated ? ArmErrors.NotEmulated("PUT", refused.Message) : ArmErrors.BadRequest(refused.Message);

    // The members of a step are at another place in a pipeline.
    private static JsonHttpResult<ArmErrorResponse> InStep(string step, JsonHttpResult<ArmErrorResponse> refusal)
    {
        var error = refusal.Value!.Error;
        var text = error.Message.Replace("properties.", $"properties.jobs.{step}.", StringComparison.Ordinal);
        return ArmErrors.Of(refusal.StatusCode!.Value, error.Code, text);
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
                $"The name of a sweep has {name.Length} characters; it must have at most {LongestSweepName}, as its trials' names are "
                    + "longer."
            );
        }

        var (sweep, fault) = SweepJobReader.Read(properties, workspace);
        return (sweep is null ? null : new(sweep), fault);
    }
}
