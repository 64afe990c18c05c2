namespace Fixtures.Registries;

/// <summary>A token service of another program, as a registry is configured for it.</summary>
/// <param name="Realm">The address for tokens that clients get.</param>
/// <param name="Service">The name of the registry there.</param>
/// <param name="Issuer">The issuer that its tokens name.</param>
/// <param name="CertificatePem">The certificate that validates its tokens.</param>
public sealed record TokenTrust(Uri Realm, string Service, string Issuer, string CertificatePem);
