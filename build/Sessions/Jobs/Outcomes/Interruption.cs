using System.Text.Json.Serialization;

namespace Build.Sessions.Jobs.Outcomes;

/// <summary>A loss of a job's node.</summary>
/// <param name="StoppedAfter">The last step that the lost attempt is known to have done; 0 when it did none.</param>
/// <param name="ResumedAfter">The step of the checkpoint from which the next attempt continued; 0 when there was none.</param>
/// <param name="SecondsLost">Time from the loss until the job was past the step that it had reached; null when it never was.</param>
public sealed record Interruption(int StoppedAfter, int ResumedAfter, double? SecondsLost)
{
    /// <summary>The trial that lost its node; null when the job is no sweep.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Trial { get; init; }

    /// <summary>Number of the trial's attempt that lost its node, from 1; null when the job is no sweep.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Attempt { get; init; }

    /// <summary>Steps that were done twice.</summary>
    public int StepsLost => Math.Max(StoppedAfter - ResumedAfter, 0);
}
