using System.Globalization;
using System.Text.RegularExpressions;
using Build.Sessions.Jobs.Outcomes;
using Workspaces.Logs;

namespace Build.Sessions.Jobs;

/// <summary>Finds the losses of a job's node in what is seen of the job while it is followed, or in its log afterwards.</summary>
/// <param name="time">The clock.</param>
internal sealed partial class InterruptionLog(TimeProvider time)
{
    private readonly List<Interruption> found = [];
    private string? file; // the log that has the lines of the attempts
    private int lastStep;
    private int stepOfAttempt; // the last one that the present attempt has logged
    private long? lostAt;
    private long? seenAt; // when the last line of an attempt was read
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
            case JobLogLine line when Attempt().Match(line.Text) is { Success: true } match && line.File == (file ??= line.File):
                Add(match);
                seenAt = time.GetTimestamp();
                break;
        }
    }

    /// <summary>Takes a line of a job that has ended. The time that a loss cost is not known.</summary>
    public void AddPast(string line)
    {
        if (Attempt().Match(line) is { Success: true } match)
            Add(match);
    }

    private void Add(Match match)
    {
        if (match.Groups["torn"] is { Success: true } torn)
            lastStep = Math.Max(lastStep, Number(torn));

        // A job that finds another node at once is never seen to wait: then the log alone shows that it lost the first one.
        if (hasBegun && !IsWaiting && BeginsAttempt(match))
            Lose(seenAt);
        hasBegun = true;
        AddLine(match);
    }

    private bool IsWaiting => isLost && !isResumed;

    private void Lose(long? at) => (lostAt, isLost, isResumed) = (at, true, false);

    /// <summary>
    /// Returns whether a line is one of a new attempt. The line of its first stage may be missing: it follows an incomplete line that a
    /// killed attempt left, and the log may have lost it.
    /// </summary>
    private bool BeginsAttempt(Match match) =>
        match.Groups["first"].Success
        || (stepOfAttempt > 0 && (match.Groups["resumed"].Success || (match.Groups["done"].Success && StepOf(match) <= stepOfAttempt)));

    private void AddLine(Match match)
    {
        // Only an attempt after a loss is a second one.
        if (IsWaiting && BeginsAttempt(match))
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

    private static int StepOf(Match match) => Number(match.Groups["done"] is { Success: true } done ? done : match.Groups["step"]);

    private static int Number(Group group) => int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    // The trainer's lines: its first stage, also behind an incomplete line; "step 30/240  loss …"; the
    // end by a signal; the resumption, which may find that all steps are done.
    [GeneratedRegex(
        """
            ^((?<first>\[1/[0-9]+\] |(step (?<torn>[0-9]{1,9})/[1-9][0-9]* )?.*\[1/[0-9]+\] read the datasets$)|step (?<done>[0-9]{1,9})/[1-9][0-9]* |error: stopped by SIGTERM after step (?<step>[0-9]{1,9});|(?<resumed>resuming from the checkpoint after step )(?<step>[0-9]{1,9})$|(?<resumed>all )(?<step>[0-9]{1,9}) steps are done already; )
            """,
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Attempt();
}
