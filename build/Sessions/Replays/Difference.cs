namespace Build.Sessions.Replays;

/// <summary>One field that differs between a job and what would be submitted now.</summary>
/// <param name="Field">The field, as in <c>config.RUN_PARAMS.STEPS</c>.</param>
/// <param name="Then">Its value in the job; null when it had none.</param>
/// <param name="Now">Its value now; null when it has none.</param>
internal sealed record Difference(string Field, string? Then, string? Now);
