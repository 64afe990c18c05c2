using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Records;
using Workspaces.Connection;
using Workspaces.DataPlane;

namespace Workspaces.Jobs;

/// <summary>A plan's job in the workspace.</summary>
/// <param name="Name">Name of the plan, followed by <c>-{n}</c> from the second attempt on.</param>
/// <param name="Id">ARM id.</param>
/// <param name="Attempt">Number of the attempt, from 1.</param>
/// <param name="ExperimentName">Experiment of the job.</param>
/// <param name="StudioUrl">Web page of the job; null when the service gave none.</param>
/// <param name="Change">Created, or Unchanged when the job already existed: active or completed.</param>
/// <param name="Status">Status when it was submitted or found.</param>
public sealed record SubmittedJob(
    string Name,
    string Id,
    int Attempt,
    string ExperimentName,
    string? StudioUrl,
    StageChange Change,
    JobStatus Status
) : IStageRecord
{
    /// <inheritdoc/>
    public static string Stage => "job";

    /// <inheritdoc/>
    public static string Target => "Train";

    /// <summary>Returns the web page of a job; null when the service gave none.</summary>
    internal static string? StudioUrlOf(MachineLearningJobProperties job) =>
        job.Services is { } services && services.TryGetValue("Studio", out var service) ? service.Endpoint : null;
}
