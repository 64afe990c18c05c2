namespace EndToEnd.Attacks;

/// <summary>Describes one hostile input and its required outcome.</summary>
/// <param name="Area">Heading in docs/security.md.</param>
/// <param name="Input">The input of the attacker.</param>
/// <param name="Outcome">The required outcome.</param>
/// <param name="RunAsync">Carries out the attack, and fails when the outcome differs. The text is a name that no other attack uses.</param>
public sealed record Attack(string Area, string Input, string Outcome, Func<Target, string, Task> RunAsync);
