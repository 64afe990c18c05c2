using System.Globalization;
using System.Text;
using System.Text.Json;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Runs;

/// <summary>
/// Represents a run: a job, or a run created through MLflow. Its state is one immutable <see cref="RunDocument"/>, which is replaced as a
/// whole. It is decided in memory and written as soon as it can be, so that a full disk keeps no job from ending.
/// </summary>
internal sealed class Run
{
    /// <summary>The log of the command, in the run's folder.</summary>
    public const string UserLog = "user_logs/std_log.txt";

    /// <summary>What the emulator says about the job, in the run's folder.</summary>
    public const string SystemLog = "system_logs/lifecycler/lifecycler.log";

    private const int LongestLine = 500;
    private readonly Lock gate = new();
    private readonly Lock writing = new();
    private readonly PendingWrites pending;
    private readonly TimeProvider time;
    private readonly JobDefinition? definition;
    private RunDocument document;
    private RunDocument newest; // It is written, or waits to be.
    private bool isDeleted;

    public Run(
        WorkspaceName workspace,
        ConfinedFolder files,
        RunDocument document,
        JobDefinition? job,
        StateFolder state,
        TimeProvider time
    )
    {
        (Workspace, Files, definition, this.document, this.time) = (workspace, files, job, document, time);
        pending = state.Pending;
        newest = document;
        Metrics = new(files, state.Warnings);
        Artifacts = new(files);
    }

    public WorkspaceName Workspace { get; }

    /// <summary>Gets the run's folder.</summary>
    public ConfinedFolder Files { get; }
    public RunDocument Document => Volatile.Read(ref document);
    public string Name => Document.Name;
    public RunStatus Status => Document.Status;
    public bool IsJob => definition is not null;

    /// <summary>Gets the definition of a command job; null for any other run.</summary>
    public CommandJob? Job => definition?.Command;

    /// <summary>Returns the log of one process of a job of several, in the run's folder.</summary>
    public static string LogOfProcess(int rank) => string.Create(CultureInfo.InvariantCulture, $"user_logs/std_log_process_{rank}.txt");

    /// <summary>Gets the log of the command, or of its first process, in the run's folder.</summary>
    public string CommandLog => Job is { IsDistributed: true } ? LogOfProcess(0) : UserLog;

    /// <summary>Returns the last line of the log of a process, as the end of a sentence; empty for a command of one process.</summary>
    public string LastWords(int? rank)
    {
        if (rank is not { } number || Files.OpenRead(LogOfProcess(number)) is not { } file)
            return "";
        using var stream = new FileSnapshot(file);
        stream.Seek(-Math.Min(stream.Length, 4 * LongestLine), SeekOrigin.End);
        using var reader = new StreamReader(stream);
        var line = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
        var shown = new string([.. (line ?? "").Where(letter => !char.IsControl(letter)).Take(LongestLine)]).TrimEnd('.');
        return shown.Length == 0 ? "" : $": {shown}";
    }

    /// <summary>Gets the definition of a sweep; null for any other run.</summary>
    public SweepJob? Sweep => definition?.Sweep;

    /// <summary>Gets the definition of a pipeline; null for any other run.</summary>
    public PipelineJob? Pipeline => definition?.Pipeline;

    /// <summary>Gets the cluster of the job; null for a pipeline and for a run created through MLflow.</summary>
    public string? ComputeName => Job?.ComputeName ?? Sweep?.ComputeName;

    /// <summary>Gets when the job's time is up; null when it has no limit or has not started.</summary>
    public DateTimeOffset? Deadline => Job?.Deadline(Document.StartedAt) ?? Sweep?.Deadline(Document.StartedAt);
    public MetricStore Metrics { get; }
    public RunArtifacts Artifacts { get; }
    public string ArmId => $"{Workspace.ArmId}/jobs/{Name}";

    /// <summary>Gets the run's name in tokens and queues, unique across all workspaces.</summary>
    public string Key => $"{Workspace.Key}/{Name.ToLowerInvariant()}";
    public string DataContainer => $"dcid.{Name}";

    /// <summary>Gets the absolute path of the command's working folder.</summary>
    public string WorkingFolder => Files.PathOf(RunArtifacts.WorkingFolder);

    /// <summary>
    /// Creates and stores a run. Its folder has its name, with the workspace's id when another workspace has a run of that name.
    /// </summary>
    /// <exception cref="IOException">It cannot be stored; nothing of it remains.</exception>
    public static Run Create(StateFolder state, RunDocument document, JobDefinition? job, TimeProvider time)
    {
        var name = document.Name;
        if (state.JobFiles.Find(name) is not null)
            name = document.SecondFolder;
        var files = state.JobFiles.Below(name);
        state.JobFiles.Delete(name); // It belonged to a run that was deleted or never stored.
        var run = new Run(document.WorkspaceName, files, document, job, state, time);
        try
        {
            run.Save();
        }
        catch (IOException)
        {
            run.Delete();
            throw;
        }

        return run;
    }

    /// <summary>Changes the run, and writes it now or, when that fails, as soon as it is possible.</summary>
    public RunDocument Update(Func<RunDocument, RunDocument> change) => Update(change, null);

    /// <summary>Changes the status. A run that has ended keeps its status, and a run that is being canceled can only end.</summary>
    public bool TryMoveTo(RunStatus status, string? errorCode = null, string? errorMessage = null)
    {
        lock (gate)
        {
            if (Status.IsTerminal() || (Status == RunStatus.CancelRequested && !status.IsTerminal()))
                return false;
            if (Status == status && errorMessage is null)
                return true; // A sweep's driver asks at each pass; nothing is to be written.
            var now = time.GetUtcNow();
            Update(
                document =>
                    document with
                    {
                        Status = status,
                        StartedAt = document.StartedAt ?? (status == RunStatus.Running ? now : null),
                        EndedAt = status.IsTerminal() ? now : null,
                        ErrorCode = errorCode,
                        ErrorMessage = errorMessage,
                    },
                IsJob ? $"Status is {status}{(errorMessage is null ? "." : $": {errorMessage}")}" : null
            );
            return true;
        }
    }

    public void SetTags(IEnumerable<KeyValuePair<string, string>> tags) =>
        Update(document => document with { Tags = Merge(document.Tags, tags) });

    /// <summary>Adds a line to the system log. A line that cannot be written is lost: the job does not depend on it.</summary>
    public void LogSystem(string message)
    {
        try
        {
            using var log = Files.OpenAppend(SystemLog);
            log.Write(Encoding.UTF8.GetBytes($"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {message}\n"));
        }
        catch (IOException)
        {
            // The disk is full, or the job put a link there.
        }
    }

    /// <summary>Deletes everything that is stored of the run.</summary>
    /// <exception cref="IOException">Something of it remains.</exception>
    public void Delete()
    {
        lock (writing)
        {
            isDeleted = true;
            Files.Delete();
        }
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

    private RunDocument Update(Func<RunDocument, RunDocument> change, string? message)
    {
        lock (gate)
        {
            var changed = change(document) with { ModifiedAt = time.GetUtcNow() };
            Volatile.Write(ref newest, changed);
            if (message is not null)
                LogSystem(message);
            pending.Write(this, Save);
            // Published only now: once a job is seen to have ended, everything of it exists.
            Volatile.Write(ref document, changed);
            return changed;
        }
    }

    private void Save()
    {
        lock (writing)
        {
            if (!isDeleted)
                Files.WriteText(RunDocument.FileName, JsonSerializer.Serialize(Volatile.Read(ref newest), RunDocument.FileFormat));
        }
    }
}
