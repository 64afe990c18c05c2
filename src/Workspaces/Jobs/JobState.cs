using Azure.ResourceManager.MachineLearning;
using Workspaces.Connection;
using Workspaces.DataPlane;

namespace Workspaces.Jobs;

/// <summary>The jobs of a plan, as the workspace has them.</summary>
public sealed record JobState : IStageState
{
    internal JobState(string name, int attempt, JobStatus? newest, MachineLearningJobResource? found)
    {
        (Name, Attempt, Newest, Found) = (name, attempt, newest, found);
    }

    /// <summary>Name of the job that is to be made, or that is there.</summary>
    public string Name { get; }

    /// <summary>From 1.</summary>
    public int Attempt { get; }

    /// <summary>Status of the newest job found; null when there is none.</summary>
    public JobStatus? Newest { get; }

    /// <inheritdoc/>
    public StageChange Change => Found is null ? StageChange.Created : StageChange.Unchanged;

    /// <summary>Nothing ever differs: a job cannot be changed.</summary>
    public IReadOnlyList<string> Differences => [];

    /// <summary>The job to follow; null when one is to be made.</summary>
    internal MachineLearningJobResource? Found { get; }
}
