using Studio.Folder;
using Studio.Runs;

namespace Studio.Tests;

/// <summary>Represents a store whose jobs can be canceled; it records what was ordered.</summary>
internal sealed class OrderStore(FolderStore inner) : IRunStore
{
    public List<string> Orders { get; } = [];
    public StoreFacts Facts => inner.Facts with { CanCancel = true, CanResubmit = true };

    public IReadOnlyList<IStudioRun> List() => inner.List();

    public IStudioRun? Find(string name) => inner.Find(name);

    public SweepFacts? FindSweep(string name) => null;

    public IReadOnlyList<ClusterFacts> ListClusters() => [];

    public void Cancel(string name) => Orders.Add($"cancel {name}");

    public (string? Name, string? Fault) Resubmit(string name)
    {
        Orders.Add($"resubmit {name}");
        return ($"{name}-2", null);
    }
}
