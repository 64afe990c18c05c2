using Experiments.Records;
using Workspaces.Connection;
using Workspaces.DataPlane;

namespace Workspaces.Jobs;

/// <summary>The job of a plan, in the workspace.</summary>
/// <param name="Name">The plan's name, with <c>-{n}</c> from the second attempt on.</param>
/// <param name="Id">ARM id.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="ExperimentName">Experiment the job is grouped under.</param>
/// <param name="StudioUrl">Page to watch it at; null when the service gave none.</param>
/// <param name="Change">Created, or Unchanged when the job was there already: still active, or completed.</param>
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
}
