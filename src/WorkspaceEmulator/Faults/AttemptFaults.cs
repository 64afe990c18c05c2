using WorkspaceEmulator.Runs;

namespace WorkspaceEmulator.Faults;

/// <summary>Decides what the fault script, and the job's own request, do to one attempt of a job.</summary>
internal sealed class AttemptFaults(ActiveFaults faults, Run run)
{
    private readonly string job = run.Name;
    private readonly IReadOnlyList<long> planned = PlannedPreemptions.Read(run.Document.Properties) ?? [];
    private readonly HashSet<FaultRule> passed = new(ReferenceEqualityComparer.Instance);
    private readonly Lock gate = new();
    private bool isPreempted;

    /// <summary>Gets whether any rule rotates the job's log.</summary>
    public bool RotatesLog => faults.RotatesLogOf(job);

    /// <summary>Gets the time between TERM and KILL once the node is taken away.</summary>
    public TimeSpan Grace { get; private set; }

    /// <summary>Returns whether the job's node is taken away now that a metric of this step is logged.</summary>
    public bool IsPreemptedAtStep(long step) =>
        IsPreemptedAsPlanned(step) || IsPreempted(effect => effect is PreemptionAtStep at && step >= at.Step);

    /// <summary>Returns whether the job's node is taken away now that the attempt has logged so many bytes.</summary>
    public bool IsPreemptedAtLog(long bytes) => IsPreempted(effect => effect is PreemptionAtLog at && bytes >= at.Bytes);

    /// <summary>Returns whether the log is rotated now that a line ends and the file has so many bytes.</summary>
    public bool IsRotated(long bytes) => faults.Strike(job, effect => effect is LogRotation at && bytes >= at.Bytes, passed) is not null;

    // Each planned loss happens once, whatever ends the attempt or the emulator.
    private bool IsPreemptedAsPlanned(long step)
    {
        lock (gate)
        {
            var done = run.Document.PlannedPreemptions ?? 0;
            if (isPreempted || done >= planned.Count || step < planned[done])
                return false;
            run.Update(document => document with { PlannedPreemptions = done + 1 });
            Grace = PlannedPreemptions.Grace;
            return isPreempted = true;
        }
    }

    // An attempt can lose its node only once.
    private bool IsPreempted(Predicate<FaultEffect> isReached)
    {
        lock (gate)
        {
            if (isPreempted || faults.Strike(job, isReached, passed) is not Preemption preemption)
                return false;
            Grace = preemption.Grace;
            return isPreempted = true;
        }
    }
}
