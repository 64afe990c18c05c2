using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Submission;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Schedules;

/// <summary>
/// Fires schedules: submits the job of each enabled one when its time has come. A job has the name of its schedule and the time at which
/// it fired, so that no restart and no clock makes it twice. Of the times that passed while the emulator did not run, the last one is made
/// up, as the service would have fired.
/// </summary>
/// <param name="runs">Creates the jobs.</param>
/// <param name="time">The clock.</param>
/// <param name="state">Learns of jobs that cannot be submitted.</param>
/// <param name="logger">Learns of jobs that are made up.</param>
internal sealed class ScheduleDriver(RunFactory runs, TimeProvider time, StateFolder state, ILogger<ScheduleDriver> logger)
{
    private const string NameForm = "yyyyMMdd'T'HHmmss'Z'";

    private const string FiredAt = "firedAt";

    private static readonly TimeSpan[] Windows = [TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(32)];
    private readonly DateTimeOffset begin = time.GetUtcNow();
    private readonly ConcurrentDictionary<string, Progress> progress = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Submits the job of every schedule of a workspace that is due.</summary>
    public void Advance(Workspace workspace)
    {
        foreach (var schedule in workspace.Schedules.List())
        {
            try
            {
                Advance(workspace, schedule, time.GetUtcNow());
            }
            // Whatever it is, it belongs to this schedule. Others fire.
            catch (Exception error) when (error is not (IOException or OutOfMemoryException))
            {
                progress[KeyOf(workspace, schedule.Name)] = new(schedule.ModifiedAt, null);
                state.Warnings.Add(
                    $"Schedule '{schedule.Name}' of workspace '{workspace.Name.Name}' does not fire until it is changed: {error.Message}"
                );
            }
        }
    }

    private void Advance(Workspace workspace, ArmDocument schedule, DateTimeOffset now)
    {
        if (Next(workspace, schedule) is not { } due || due > now)
            return;
        // A machine that slept or an emulator that was stopped has passed several times; only the last of them counts.
        var trigger = TriggerOf(schedule)!;
        due = LastUntil(now, trigger, due);
        Fire(workspace, schedule, due);
        workspace.Firings.Keep(schedule.Name, new() { [FiredAt] = due.ToString("O", CultureInfo.InvariantCulture) });
        progress[KeyOf(workspace, schedule.Name)] = new(schedule.ModifiedAt, trigger.NextAfter(due));
    }

    /// <summary>Returns when the next schedule of a workspace fires; null when none will.</summary>
    public DateTimeOffset? NextFiring(Workspace workspace) =>
        workspace.Schedules.List().Select(schedule => Next(workspace, schedule)).Min();

    private static ScheduleTrigger? TriggerOf(ArmDocument schedule) =>
        ScheduleTrigger.Read(schedule.Body.Object("trigger"), schedule.CreatedAt).Trigger;

    private static string KeyOf(Workspace workspace, string schedule) => $"{workspace.Name.Key}/{schedule}";

    private DateTimeOffset? Next(Workspace workspace, ArmDocument schedule)
    {
        if (schedule.Body["isEnabled"] is not null && !schedule.Body.Flag("isEnabled"))
            return null;
        var key = KeyOf(workspace, schedule.Name);
        if (progress.TryGetValue(key, out var known) && known.ModifiedAt == schedule.ModifiedAt)
            return known.Next;
        // A recurrence that begins with its creation fires at once.
        var since = schedule.CreatedAt == schedule.ModifiedAt ? schedule.CreatedAt.AddTicks(-1) : schedule.ModifiedAt;
        if (FiredLast(workspace, schedule) is { } fired && fired > since)
            since = fired;
        var next = TriggerOf(schedule)?.NextAfter(since);
        progress[key] = new(schedule.ModifiedAt, next);
        return next;
    }

    /// <summary>Returns the last time up to a moment, given one that is not after it.</summary>
    private static DateTimeOffset LastUntil(DateTimeOffset now, ScheduleTrigger trigger, DateTimeOffset due)
    {
        // A schedule of each minute has half a million times in a year.
        foreach (var window in Windows)
        {
            if (now - window > due && trigger.NextAfter(now - window) is { } close && close <= now)
            {
                due = close;
                break;
            }
        }

        while (trigger.NextAfter(due) is { } later && later <= now)
            due = later;
        return due;
    }

    private static DateTimeOffset? FiredLast(Workspace workspace, ArmDocument schedule) =>
        DateTimeOffset.TryParse(
            workspace.Firings.Find(schedule.Name)?.Body.Text(FiredAt),
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var fired
        )
            ? fired
            : null;

    private void Fire(Workspace workspace, ArmDocument schedule, DateTimeOffset moment)
    {
        var text = moment.UtcDateTime.ToString(NameForm, CultureInfo.InvariantCulture);
        var name = $"{schedule.Name}-{text}";
        if (workspace.Runs.ContainsKey(name))
            return; // It fired before.
        if (schedule.Body.Object("action").Object("jobDefinition")?.Clone() is not { } properties)
            return; // Its file was changed by hand.
        var unresolved = JobSubmission.Resolve(properties, workspace);
        foreach (var (_, input) in properties.Object("inputs") ?? [])
        {
            if (input is JsonObject literal && literal.Text("value") is { } value)
            {
                literal["value"] = value
                    .Replace("${{name}}", name, StringComparison.Ordinal)
                    .Replace("${{creation_context.trigger_time}}", moment.UtcDateTime.ToString("O"), StringComparison.Ordinal);
            }
        }

        properties["displayName"] = name;
        var (job, refusal) = unresolved is null ? JobSubmission.Read(name, properties, workspace) : (null, unresolved);
        if (job is null)
        {
            state.Warnings.Add(
                $"Schedule '{schedule.Name}' of workspace '{workspace.Name.Name}' fired at {text}, and its job was refused: "
                    + refusal!.Value!.Error.Message
            );
            return;
        }

        var run = runs.TryCreateJob(workspace, name, job, JobDescription.Read(properties), properties);
        run?.LogSystem($"Schedule '{schedule.Name}' fired at {text}.");
        if (moment >= begin || run is null)
            return;
        run.LogSystem("The emulator was stopped then, so the job was submitted at its start.");
        logger.LogWarning(
            "Schedule {Schedule} should have fired at {Time}, when the emulator was stopped; its job {Job} is submitted now.",
            schedule.Name,
            text,
            name
        );
    }

    private sealed record Progress(DateTimeOffset ModifiedAt, DateTimeOffset? Next);
}
