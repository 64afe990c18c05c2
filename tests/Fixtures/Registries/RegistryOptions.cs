namespace Fixtures.Registries;

/// <summary>The options of a registry. Without users and token service, everything is permitted to everybody.</summary>
public sealed record RegistryOptions
{
    /// <summary>The port; null takes a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Passwords by user name, for basic authentication.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The token service whose tokens the registry trusts.</summary>
    public TokenService? TokenService { get; init; }

    /// <summary>The token service of another program, whose tokens it trusts.</summary>
    public TokenTrust? TokenTrust { get; init; }

    /// <summary>The address for tokens that clients get, when that is not the token service's own.</summary>
    public Uri? Realm { get; init; }
}
