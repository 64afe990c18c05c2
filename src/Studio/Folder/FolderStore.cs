using System.Collections.Concurrent;
using Studio.Runs;

namespace Studio.Folder;

/// <summary>Shows fetched artifacts: a folder of one job, or a folder of such folders, as <c>--target=Fetch</c> writes them.</summary>
/// <param name="folder">Absolute path of the folder.</param>
/// <param name="dataFolder">Absolute path of the datasets; null when the images are not on this machine.</param>
public sealed class FolderStore(string folder, string? dataFolder) : IRunStore
{
    private readonly PlainFolder root = new(folder);
    private readonly PlainFolder? data = dataFolder is null ? null : new(dataFolder);
    private readonly ConcurrentDictionary<string, FolderRun> runs = new(StringComparer.Ordinal);

    public StoreFacts Facts => new("folder", root.Name, CanCancel: false, CanResubmit: false, HasClusters: false);

    /// <summary>Returns whether a folder holds the artifacts of a job.</summary>
    public static bool IsJob(string folder) => FolderRun.IsJob(new(folder));

    public IReadOnlyList<IStudioRun> List() =>
        [
            .. Names()
                .Select(Show)
                .OrderByDescending(run => run.Facts.Created ?? DateTimeOffset.MinValue)
                .ThenBy(run => run.Name, StringComparer.Ordinal),
        ];

    public IStudioRun? Find(string name) => Names().Contains(name, StringComparer.Ordinal) ? Show(name) : null;

    public SweepFacts? FindSweep(string name)
    {
        if (!Names().Contains(name, StringComparer.Ordinal) || Show(name).ReadSweep() is not { } sweep)
            return null;
        var names = Names().ToHashSet(StringComparer.Ordinal);
        return sweep with { Trials = [.. sweep.Trials.Select(trial => trial with { IsInStore = names.Contains(trial.Name) })] };
    }

    public IReadOnlyList<ClusterFacts> ListClusters() => [];

    public void Cancel(string name) => throw new NotSupportedException("A fetched job cannot be canceled.");

    public (string? Name, string? Fault) Resubmit(string name) => (null, "A fetched job cannot be submitted.");

    private IReadOnlyList<string> Names() =>
        FolderRun.IsJob(root) ? [root.Name] : [.. root.ListFolders().Where(name => FolderRun.IsJob(root.Below(name)))];

    private FolderRun Show(string name) => runs.GetOrAdd(name, key => new(key, FolderRun.IsJob(root) ? root : root.Below(key), data, root));
}
