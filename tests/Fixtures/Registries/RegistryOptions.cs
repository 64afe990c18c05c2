namespace Fixtures.Registries;

/// <summary>How a registry is started. Without users and token service anybody may do anything.</summary>
public sealed record RegistryOptions
{
    /// <summary>The port; null takes a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Passwords by user name, for basic authentication.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whose tokens the registry trusts.</summary>
    public TokenService? TokenService { get; init; }

    /// <summary>Whose tokens it trusts, when the token service is another program's.</summary>
    public TokenTrust? TokenTrust { get; init; }

    /// <summary>Where clients are sent for a token, when that is not the token service's own address.</summary>
    public Uri? Realm { get; init; }
}
