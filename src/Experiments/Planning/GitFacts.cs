namespace Experiments.Planning;

/// <summary>Which sources a run was started from.</summary>
/// <param name="Commit">Commit id, 40 hex digits.</param>
/// <param name="Branch">Branch; null when none is checked out.</param>
/// <param name="Repository">Address of the remote; null when there is none. A user name or password in it is left out of the plan.</param>
/// <param name="IsDirty">The working tree differs from the commit.</param>
public sealed record GitFacts(string Commit, string? Branch, string? Repository, bool IsDirty);
