using System.Globalization;
using System.Text.RegularExpressions;
using Workspaces.Logs;

namespace Build.Sessions.Jobs;

/// <summary>Finds the losses of a job's node in what is seen of the job while it is followed.</summary>
/// <param name="time">The clock.</param>
internal sealed partial class InterruptionLog(TimeProvider time)
{
    private readonly List<Interruption> found = [];
    private int lastStep;
    private long? lostAt;
    private bool isResumed;

    /// <summary>Gets the losses, oldest first.</summary>
    public IReadOnlyList<Interruption> All => [.. found];

    /// <summary>Takes an event of the job.</summary>
    public void Add(JobEvent happened)
    {
        switch (happened)
        {
            case JobStatusChanged { SentBack: true }:
                (lostAt, isResumed) = (time.GetTimestamp(), false);
                break;
            case JobLogLine line when Attempt().Match(line.Text) is { Success: true } match:
                AddLine(match);
                break;
        }
    }

    private void AddLine(Match match)
    {
        if (match.Groups["first"].Success)
        {
            // The log of an attempt begins with its first stage. Only one after a loss is a second attempt.
            if (lostAt is not null && !isResumed)
            {
                found.Add(new(lastStep, 0, null));
                isResumed = true;
            }

            return;
        }

        var step = int.Parse(match.Groups["step"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        if (match.Groups["resumed"].Success)
        {
            if (isResumed && found.Count > 0)
                found[^1] = found[^1] with { ResumedAfter = step };
            return;
        }

        if (isResumed && lostAt is { } lost && step > found[^1].StoppedAfter)
        {
            found[^1] = found[^1] with { SecondsLost = Math.Round(time.GetElapsedTime(lost).TotalSeconds, 1) };
            lostAt = null;
        }

        lastStep = Math.Max(lastStep, step);
    }

    // The trainer's lines: its first stage, "step 30/240  loss …", the end by a signal, and the resumption.
    [GeneratedRegex(
        """
            ^((?<first>\[1/[0-9]+\] )|step (?<step>[0-9]{1,9})/[1-9][0-9]* |error: stopped by SIGTERM after step (?<step>[0-9]{1,9});|(?<resumed>resuming from the checkpoint after step )(?<step>[0-9]{1,9})$)
            """,
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Attempt();
}
