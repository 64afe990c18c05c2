namespace Build.Testing;

/// <summary>The result of a test suite.</summary>
public sealed record TestOutcome(string Name, int Passed, int Failed, int Skipped)
{
    public IReadOnlyList<string> Output { get; init; } = [];

    public TimeSpan Duration { get; init; }
}
