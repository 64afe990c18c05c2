using System.Globalization;
using Build.Log;
using Build.Log.Displays;
using Build.Sessions.Jobs.Outcomes;
using Workspaces.DataPlane;
using Workspaces.Sweeps;

namespace Build.Sessions.Jobs;

/// <summary>Describes the trials of a sweep, as a table and as lines of a log.</summary>
internal static class SweepTable
{
    private const int StateWidth = 12;
    private const int MetricWidth = 8;
    private const string Loss = "; its node was taken away, and it resumes from its last checkpoint";

    /// <summary>Returns the table of the trials, with the best one so far and the time that is left.</summary>
    public static Listing Of(SweepState sweep, TimeSpan? left)
    {
        var rows = sweep.Trials.Select(trial => Row(trial, trial == sweep.Best)).ToList();
        if (sweep.Best is { } best)
            rows.Add(new(best.Name, "best so far", Number(best.Metric), Values(best.Values)) { Tone = Tone.Good });
        rows.Add(new("", left is { } time ? $"ETA {ShownDuration.Of(time)}" : "", "", Progress(sweep)));
        return Table(sweep.Settings.Metric, sweep.Trials.Select(trial => trial.Name), rows);
    }

    /// <summary>Returns the table of an outcome.</summary>
    public static Listing Of(string metric, IReadOnlyList<TrialOutcome> trials, string? best) =>
        Table(
            metric,
            trials.Select(trial => trial.Name),
            trials.Select(trial => new ListingRow(
                trial.Name,
                trial.Name == best ? "best" : State(trial.Status, trial.IsEndedEarly),
                Number(trial.Metric),
                Values(trial.Values)
            )
            {
                Tone = ToneOf(trial.Status, trial.Name == best),
            })
        );

    /// <summary>Returns one line for each thing that changed between two states.</summary>
    /// <param name="before">The earlier state; null for none.</param>
    /// <param name="now">The later state.</param>
    public static IEnumerable<string> Changes(SweepState? before, SweepState now)
    {
        if (before?.Status != now.Status)
            yield return $"  sweep      {now.Status}";
        var known = (before?.Trials ?? []).ToDictionary(trial => trial.Name, StringComparer.Ordinal);
        foreach (var trial in now.Trials)
        {
            var old = known.GetValueOrDefault(trial.Name);
            if (old is null)
                yield return $"  trial      {trial.Name}: {Values(trial.Values)}";
            var loss = HasLostNode(old, trial) ? Loss : "";
            if (old?.Status != trial.Status || loss.Length > 0)
            {
                var best = IsNewBest(before, now, trial) ? ", the best so far" : "";
                yield return $"  trial      {trial.Name}: {Ending(now.Settings.Metric, trial)}{loss}{best}";
            }
            else if (!Equals(old.Metric, trial.Metric))
            {
                yield return $"  trial      {trial.Name}: {now.Settings.Metric} {Number(trial.Metric)} at step {trial.Step}";
            }
        }
    }

    /// <summary>Returns the time that is left, by the mean duration of the trials that completed; null before the first one.</summary>
    public static TimeSpan? Left(SweepState sweep, DateTimeOffset now)
    {
        var durations = sweep
            .Trials.Where(trial => trial is { Status: JobStatus.Completed, Started: not null, Ended: not null })
            .Select(trial => (trial.Ended!.Value - trial.Started!.Value).TotalSeconds)
            .ToList();
        if (durations.Count == 0 || sweep.Settings.MostTrials is not { } all)
            return null;
        var mean = durations.Average();
        var running = sweep
            .Trials.Where(trial => trial is { Started: not null, Ended: null })
            .Sum(trial => Math.Max(mean - (now - trial.Started!.Value).TotalSeconds, 0));
        var waiting = all - sweep.Trials.Count(trial => trial.Started is not null || trial.Status.IsTerminal());
        var atOneTime = Math.Max(Math.Min(sweep.Settings.MostConcurrent ?? all, all), 1);
        return TimeSpan.FromSeconds((running + (mean * Math.Max(waiting, 0))) / atOneTime);
    }

    /// <summary>Returns values as <c>KEY value, KEY value</c>.</summary>
    public static string Values(IReadOnlyDictionary<string, string> values) =>
        string.Join(", ", values.Select(pair => $"{pair.Key} {Shortened(pair.Value)}"));

    private static Listing Table(string metric, IEnumerable<string> names, IEnumerable<ListingRow> rows) =>
        new(Indent: 2, [names.Append("trial").Max(name => name.Length), StateWidth, Math.Max(MetricWidth, metric.Length)], [.. rows])
        {
            Headings = ["trial", "state", metric, "values"],
        };

    private static ListingRow Row(Trial trial, bool isBest) =>
        new(trial.Name, State(trial.Status, trial.IsEndedEarly), Number(trial.Metric), Values(trial.Values))
        {
            Tone = ToneOf(trial.Status, isBest),
        };

    private static Tone ToneOf(JobStatus status, bool isBest) =>
        isBest ? Tone.Good
        : status == JobStatus.Failed ? Tone.Bad
        : status == JobStatus.Canceled ? Tone.Caution
        : Tone.Plain;

    private static string Progress(SweepState sweep)
    {
        var ended = sweep.Trials.Count(trial => trial.Status.IsTerminal());
        return $"{ended} of {sweep.Settings.MostTrials?.ToString(CultureInfo.InvariantCulture) ?? "?"} trials have ended";
    }

    private static string Ending(string metric, Trial trial) =>
        trial switch
        {
            { Status: JobStatus.Failed, Reason: { } reason } => $"{trial.Status}: {reason}",
            { Metric: { } } when trial.Status.IsTerminal() => $"{State(trial.Status, trial.IsEndedEarly)}, {metric} {Number(trial.Metric)}",
            _ => State(trial.Status, trial.IsEndedEarly),
        };

    // A trial that waits and has logged a step has lost its node, also when it was not seen while it ran.
    private static bool HasLostNode(Trial? old, Trial trial) =>
        old?.Status.LosesNode(trial.Status) is true
        || (trial is { Step: > 0 } && trial.Status.WaitsForNode() && (old is null || (old.Step == 0 && old.Status.WaitsForNode())));

    private static bool IsNewBest(SweepState? before, SweepState now, Trial trial) => now.Best == trial && before?.Best?.Name != trial.Name;

    private static string State(JobStatus status, bool isEndedEarly) => isEndedEarly ? "ended early" : status.ToString();

    private static string Number(double? value) => value?.ToString("0.####", CultureInfo.InvariantCulture) ?? "";

    // Seventeen digits of a random number say no more than six.
    private static string Shortened(string value) =>
        value.Length > 8 && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number.ToString("G6", CultureInfo.InvariantCulture)
            : value;
}
