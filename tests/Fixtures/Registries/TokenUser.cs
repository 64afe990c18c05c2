namespace Fixtures.Registries;

/// <summary>A user and the user's permissions.</summary>
/// <param name="Password">Password for basic authentication and the password grant.</param>
/// <param name="Grants">Scopes such as <c>repository:detection:pull,push</c> or <c>registry:catalog:*</c>; <c>*</c> stands for any name or
/// action.</param>
public sealed record TokenUser(string Password, params IReadOnlyList<string> Grants);
