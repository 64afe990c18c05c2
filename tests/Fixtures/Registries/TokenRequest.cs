namespace Fixtures.Registries;

/// <summary>One request a token service answered, without its secrets.</summary>
/// <param name="Kind"><c>exchange</c>, or the grant: <c>basic</c>, <c>password</c>, <c>refresh_token</c>, <c>anonymous</c>.</param>
/// <param name="Scope">The scopes asked for, separated by spaces.</param>
/// <param name="User">Who it was; null for nobody.</param>
public sealed record TokenRequest(string Kind, string Scope, string? User);
