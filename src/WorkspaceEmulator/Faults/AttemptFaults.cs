namespace WorkspaceEmulator.Faults;

/// <summary>What the fault script does to one attempt of a job, as the attempt goes on.</summary>
internal sealed class AttemptFaults(ActiveFaults faults, string job)
{
    private readonly HashSet<FaultRule> over = new(ReferenceEqualityComparer.Instance);
    private readonly Lock gate = new();
    private bool isPreempted;

    /// <summary>Whether any rule rotates the job's log.</summary>
    public bool RotatesLog => faults.RotatesLogOf(job);

    /// <summary>Whether the job's node is taken away now that a metric of this step is logged.</summary>
    public bool IsPreemptedAtStep(long step) => IsPreempted(effect => effect is PreemptionAtStep at && step >= at.Step);

    /// <summary>Whether the job's node is taken away now that the attempt has logged so many bytes.</summary>
    public bool IsPreemptedAtLog(long bytes) => IsPreempted(effect => effect is PreemptionAtLog at && bytes >= at.Bytes);

    /// <summary>Whether the log is rotated now that a line ends and the file has so many bytes.</summary>
    public bool IsRotated(long bytes) => faults.TryStrike(job, effect => effect is LogRotation at && bytes >= at.Bytes, over);

    // An attempt has one node to lose.
    private bool IsPreempted(Predicate<FaultEffect> isReached)
    {
        lock (gate)
            return !isPreempted && (isPreempted = faults.TryStrike(job, isReached, over));
    }
}
