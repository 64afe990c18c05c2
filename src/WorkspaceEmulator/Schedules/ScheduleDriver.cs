using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.References;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Submission;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Schedules;

/// <summary>
/// Fires schedules: submits the job of each enabled one when its time has come. A job has the name of its schedule and the time at which
/// it fired, so that no restart and no clock makes it twice. Times that passed while the emulator did not run are not made up.
/// </summary>
/// <param name="runs">Creates the jobs.</param>
/// <param name="time">The clock.</param>
/// <param name="state">Learns of jobs that cannot be submitted.</param>
internal sealed class ScheduleDriver(RunFactory runs, TimeProvider time, StateFolder state)
{
    private const string NameForm = "yyyyMMdd'T'HHmmss'Z'";

    private readonly DateTimeOffset begin = time.GetUtcNow();
    private readonly ConcurrentDictionary<string, Progress> progress = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Submits the job of every schedule of a workspace that is due.</summary>
    public void Advance(Workspace workspace)
    {
        var now = time.GetUtcNow();
        foreach (var schedule in workspace.Schedules.List())
        {
            if (Next(workspace, schedule) is not { } due || due > now)
                continue;
            // A machine that slept has passed several times; only the last of them counts.
            var trigger = TriggerOf(schedule)!;
            while (trigger.NextAfter(due) is { } later && later <= now)
                due = later;
            Fire(workspace, schedule, due);
            progress[KeyOf(workspace, schedule.Name)] = new(schedule.ModifiedAt, trigger.NextAfter(due));
        }
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
        var next = TriggerOf(schedule)?.NextAfter(since > begin ? since : begin.AddTicks(-1));
        progress[key] = new(schedule.ModifiedAt, next);
        return next;
    }

    private void Fire(Workspace workspace, ArmDocument schedule, DateTimeOffset moment)
    {
        var text = moment.UtcDateTime.ToString(NameForm, CultureInfo.InvariantCulture);
        var name = $"{schedule.Name}-{text}";
        if (workspace.Runs.ContainsKey(name))
            return; // It fired before.
        if (schedule.Body.Object("action").Object("jobDefinition")?.Clone() is not { } properties)
            return; // Its file was changed by hand.
        JobNeeds.Resolve(properties.Object("trial") ?? properties, workspace);
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
        var (job, refusal) = JobSubmission.Read(name, properties, workspace);
        if (job is null)
        {
            state.Warnings.Add(
                $"Schedule '{schedule.Name}' of workspace '{workspace.Name.Name}' fired at {text}, and its job was refused: "
                    + refusal!.Value!.Error.Message
            );
            return;
        }

        runs.TryCreateJob(workspace, name, job, JobDescription.Read(properties), properties)
            ?.LogSystem($"Schedule '{schedule.Name}' fired at {text}.");
    }

    private sealed record Progress(DateTimeOffset ModifiedAt, DateTimeOffset? Next);
}
