namespace Build.Testing;

/// <summary>How a suite of tests ended.</summary>
public sealed record TestOutcome(string Name, int Passed, int Failed, int Skipped)
{
    public IReadOnlyList<string> Output { get; init; } = [];

    public TimeSpan Duration { get; init; }
}
