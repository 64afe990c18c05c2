namespace Studio.Runs;

/// <summary>Represents what the studio shows: the jobs of a workspace, or those of a folder of fetched artifacts.</summary>
public interface IRunStore
{
    /// <summary>Gets what the store is and what it can do.</summary>
    StoreFacts Facts { get; }

    /// <summary>Returns every job and every trial, the newest first.</summary>
    IReadOnlyList<IStudioRun> List();

    /// <summary>Returns a job by its name; null when there is no such job.</summary>
    IStudioRun? Find(string name);

    /// <summary>Returns a sweep with its trials; null when the job is no sweep.</summary>
    SweepFacts? FindSweep(string name);

    /// <summary>Returns the clusters by name; none where they are unknown.</summary>
    IReadOnlyList<ClusterFacts> ListClusters();

    /// <summary>Cancels a job. A job that has ended stays as it is.</summary>
    void Cancel(string name);

    /// <summary>Submits a job again under a new name.</summary>
    /// <returns>Either the new name or why it cannot be submitted, as a sentence.</returns>
    (string? Name, string? Fault) Resubmit(string name);
}
