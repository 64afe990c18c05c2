using Azure.ResourceManager.MachineLearning;
using Workspaces.Connection;
using Workspaces.DataPlane;

namespace Workspaces.Jobs;

/// <summary>The state of a plan's jobs in the workspace.</summary>
public sealed record JobState : IStageState
{
    internal JobState(string name, int attempt, JobStatus? newest, MachineLearningJobResource? found)
    {
        (Name, Attempt, Newest, Found) = (name, attempt, newest, found);
    }

    /// <summary>Gets the name of the existing job, or of the job to create.</summary>
    public string Name { get; }

    /// <summary>Gets the number of the attempt, from 1.</summary>
    public int Attempt { get; }

    /// <summary>Gets the status of the newest job; null without one.</summary>
    public JobStatus? Newest { get; }

    /// <inheritdoc/>
    public StageChange Change => Found is null ? StageChange.Created : StageChange.Unchanged;

    /// <summary>Gets no differences: a job cannot be changed.</summary>
    public IReadOnlyList<string> Differences => [];

    /// <summary>Gets the job to follow; null when one must be created.</summary>
    internal MachineLearningJobResource? Found { get; }
}
