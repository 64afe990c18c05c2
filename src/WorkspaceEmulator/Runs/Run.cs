using System.Text.Json;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Runs;

/// <summary>
/// Represents a run: a job, or a run created through MLflow. Its state is one immutable <see cref="RunDocument"/>, which is replaced and
/// written as a whole.
/// </summary>
internal sealed class Run
{
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private RunDocument document;

    public Run(WorkspaceName workspace, string folder, RunDocument document, CommandJob? job, TimeProvider time)
    {
        (Workspace, Folder, Job, this.document, this.time) = (workspace, folder, job, document, time);
        Metrics = new(Path.Combine(folder, "metrics.jsonl"));
        Artifacts = new(folder);
    }

    public WorkspaceName Workspace { get; }

    /// <summary>Gets the absolute path of the run's folder.</summary>
    public string Folder { get; }
    public RunDocument Document => Volatile.Read(ref document);
    public string Name => Document.Name;
    public RunStatus Status => Document.Status;
    public bool IsJob => Job is not null;

    /// <summary>Gets the job's definition; null for a run created through MLflow.</summary>
    public CommandJob? Job { get; }

    /// <summary>Gets when the job's time is up; null when it has no limit or has not started.</summary>
    public DateTimeOffset? Deadline => Job?.Deadline(Document.StartedAt);
    public MetricStore Metrics { get; }
    public RunArtifacts Artifacts { get; }
    public string ArmId => $"{Workspace.ArmId}/jobs/{Name}";

    /// <summary>Gets the run's name in tokens and queues, unique across all workspaces.</summary>
    public string Key => $"{Workspace.Key}/{Name.ToLowerInvariant()}";
    public string DataContainer => $"dcid.{Name}";
    public string WorkingFolder => RunArtifacts.WorkingFolderOf(Folder);
    public string UserLog => Path.Combine(Folder, "user_logs", "std_log.txt");
    public string SystemLog => Path.Combine(Folder, "system_logs", "lifecycler", "lifecycler.log");

    /// <summary>
    /// Creates and stores a run. Its folder has its name, with the workspace's id when another workspace has a run of that name.
    /// </summary>
    public static Run Create(StateFolder state, RunDocument document, CommandJob? job, TimeProvider time)
    {
        var folder = Path.Combine(state.Jobs, document.Name);
        if (Directory.Exists(folder))
            folder += $".{document.WorkspaceName.Id:N}";
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true); // It belonged to a run that was deleted or never stored.
        Directory.CreateDirectory(folder);
        var run = new Run(document.WorkspaceName, folder, document, job, time);
        run.Update(same => same);
        return run;
    }

    public RunDocument Update(Func<RunDocument, RunDocument> change)
    {
        lock (gate)
        {
            var changed = change(document) with { ModifiedAt = time.GetUtcNow() };
            StateFolder.Write(Path.Combine(Folder, RunDocument.FileName), JsonSerializer.Serialize(changed, RunDocument.FileFormat));
            Volatile.Write(ref document, changed);
            return changed;
        }
    }

    /// <summary>Changes the status. A run that has ended keeps its status, and a run that is being canceled can only end.</summary>
    public bool TryMoveTo(RunStatus status, string? errorCode = null, string? errorMessage = null)
    {
        lock (gate)
        {
            if (Status.IsTerminal() || (Status == RunStatus.CancelRequested && !status.IsTerminal()))
                return false;
            var now = time.GetUtcNow();
            Update(document =>
                document with
                {
                    Status = status,
                    StartedAt = document.StartedAt ?? (status == RunStatus.Running ? now : null),
                    EndedAt = status.IsTerminal() ? now : null,
                    ErrorCode = errorCode,
                    ErrorMessage = errorMessage,
                }
            );
            if (IsJob)
                LogSystem(errorMessage is null ? $"Status is {status}." : $"Status is {status}: {errorMessage}");
            return true;
        }
    }

    public void SetTags(IEnumerable<KeyValuePair<string, string>> tags) =>
        Update(document => document with { Tags = Merge(document.Tags, tags) });

    public void LogSystem(string message)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SystemLog)!);
        File.AppendAllText(SystemLog, $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {message}\n");
    }

    public static SortedDictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> old,
        IEnumerable<KeyValuePair<string, string>> added
    )
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in old.Concat(added))
            merged[key] = value;
        return merged;
    }
}
