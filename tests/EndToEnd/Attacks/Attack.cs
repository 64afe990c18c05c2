namespace EndToEnd.Attacks;

/// <summary>Describes one hostile input and what must happen.</summary>
/// <param name="Area">Heading in docs/security.md.</param>
/// <param name="Input">What the attacker does.</param>
/// <param name="Outcome">What must happen.</param>
/// <param name="RunAsync">Does it, and fails when something else happens. The text is a name that no other attack uses.</param>
public sealed record Attack(string Area, string Input, string Outcome, Func<Target, string, Task> RunAsync);
