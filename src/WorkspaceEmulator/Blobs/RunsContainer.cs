using WorkspaceEmulator.Files;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Blobs;

/// <summary>Represents the container of jobs' artifacts, whose blobs are <c>ExperimentRun/dcid.NAME/PATH</c>.</summary>
internal sealed class RunsContainer(Workspace workspace) : IBlobContainer
{
    /// <summary>What the names of all artifacts start with.</summary>
    public const string Root = "ExperimentRun/";

    /// <summary>Why an artifact cannot be deleted, as a clause.</summary>
    public const string WhyNotDeleted = "artifacts of a job are deleted with the job";

    /// <summary>The rule of the names of artifacts, as a clause.</summary>
    public const string NameRule = $"it must be {Root}dcid.NAME/PATH of a job";

    /// <summary>Returns what the names of a run's artifacts start with.</summary>
    public static string FolderOf(string run) => $"{Root}dcid.{run}/";

    public IReadOnlyList<string> List(string prefix)
    {
        // The usual prefix names one run; then no other run's folder is read.
        if (StorageContainers.FindArtifact(workspace, prefix) is var (only, path) && prefix.Length > $"{Root}{only.DataContainer}".Length)
            return [.. only.Artifacts.List(path).Select(artifact => NameOf(only, artifact))];
        return
        [
            .. workspace
                .Runs.Values.Where(run => IsBegunBy(NameOf(run, ""), prefix))
                .SelectMany(run => run.Artifacts.List().Select(artifact => NameOf(run, artifact)))
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
    }

    public FileFacts? Find(string blob) =>
        StorageContainers.FindArtifact(workspace, blob) is var (run, path) && path.Length > 0 ? run.Artifacts.Find(path) : null;

    public FileSnapshot? Open(string blob) =>
        StorageContainers.FindArtifact(workspace, blob) is var (run, path) && path.Length > 0 ? run.Artifacts.Open(path) : null;

    public Task<bool> StoreAsync(string blob, Stream content, bool isNew, CancellationToken cancellationToken) =>
        StorageContainers.FindArtifact(workspace, blob) is var (run, path) && path.Length > 0
            ? run.Artifacts.StoreAsync(path, content, isNew ? UploadMode.New : UploadMode.Replace, cancellationToken)
            : throw new RefusedPathException(blob, NameRule);

    public bool Delete(string blob) => throw new RefusedPathException(blob, WhyNotDeleted);

    public BlobFacts ReadFacts(string blob) => BlobFacts.None;

    public void WriteFacts(string blob, BlobFacts facts)
    {
        // Artifacts have no metadata of their own.
    }

    private static string NameOf(Run run, string artifact) => $"{Root}{run.DataContainer}/{artifact}";

    private static bool IsBegunBy(string folder, string prefix) =>
        folder.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(folder, StringComparison.Ordinal);
}
