using System.Globalization;
using System.Text.RegularExpressions;
using Workspaces.Logs;

namespace Build.Sessions.Jobs;

/// <summary>Finds the losses of a job's node in what is seen of the job while it is followed, or in its log afterwards.</summary>
/// <param name="time">The clock.</param>
internal sealed partial class InterruptionLog(TimeProvider time)
{
    private readonly List<Interruption> found = [];
    private int lastStep;
    private int stepOfAttempt; // the last one that the present attempt has logged
    private long? lostAt;
    private bool isLost;
    private bool isResumed;
    private bool hasBegun;

    /// <summary>Gets the losses, oldest first.</summary>
    public IReadOnlyList<Interruption> All => [.. found];

    /// <summary>Takes an event of the job.</summary>
    public void Add(JobEvent happened)
    {
        switch (happened)
        {
            case JobStatusChanged { SentBack: true }:
                Lose(time.GetTimestamp());
                break;
            case JobLogLine line when Attempt().Match(line.Text) is { Success: true } match:
                AddLine(match);
                break;
        }
    }

    /// <summary>Takes a line of a job that has ended. The time that a loss cost is not known.</summary>
    public void AddPast(string line)
    {
        if (Attempt().Match(line) is not { Success: true } match)
            return;
        if (hasBegun && BeginsAttempt(match))
            Lose(null);
        hasBegun = true;
        AddLine(match);
    }

    private void Lose(long? at) => (lostAt, isLost, isResumed) = (at, true, false);

    /// <summary>
    /// Returns whether a line is one of a new attempt. Its first stage is missing where a killed attempt left an incomplete line, which then
    /// begins the line of that stage.
    /// </summary>
    private bool BeginsAttempt(Match match) =>
        match.Groups["first"].Success
        || (stepOfAttempt > 0 && (match.Groups["resumed"].Success || (match.Groups["done"].Success && StepOf(match) <= stepOfAttempt)));

    private void AddLine(Match match)
    {
        // Only an attempt after a loss is a second one.
        if (isLost && !isResumed && BeginsAttempt(match))
        {
            found.Add(new(lastStep, 0, null));
            isResumed = true;
            stepOfAttempt = 0;
        }

        if (match.Groups["first"].Success)
            return;
        var step = StepOf(match);
        if (match.Groups["resumed"].Success)
        {
            if (isResumed && found.Count > 0)
                found[^1] = found[^1] with { ResumedAfter = step };
            return;
        }

        if (isResumed && isLost && step > found[^1].StoppedAfter)
        {
            if (lostAt is { } lost)
                found[^1] = found[^1] with { SecondsLost = Math.Round(time.GetElapsedTime(lost).TotalSeconds, 1) };
            isLost = false;
        }

        stepOfAttempt = step;
        lastStep = Math.Max(lastStep, step);
    }

    private static int StepOf(Match match) =>
        int.Parse(match.Groups["done"] is { Success: true } done ? done.ValueSpan : match.Groups["step"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    // The trainer's lines: its first stage, "step 30/240  loss …", the end by a signal, and the resumption.
    [GeneratedRegex(
        """
            ^((?<first>\[1/[0-9]+\] )|step (?<done>[0-9]{1,9})/[1-9][0-9]* |error: stopped by SIGTERM after step (?<step>[0-9]{1,9});|(?<resumed>resuming from the checkpoint after step )(?<step>[0-9]{1,9})$)
            """,
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Attempt();
}
