namespace Fixtures.Registries;

/// <summary>One request to a token service, without its secrets.</summary>
/// <param name="Kind"><c>exchange</c>, or the grant: <c>basic</c>, <c>password</c>, <c>refresh_token</c>, <c>anonymous</c>.</param>
/// <param name="Scope">The requested scopes, separated by spaces.</param>
/// <param name="User">The user; null for an anonymous request.</param>
public sealed record TokenRequest(string Kind, string Scope, string? User);
