namespace Fixtures.Registries;

/// <summary>A token service of another program, as a registry is told of it.</summary>
/// <param name="Realm">Where clients are sent for a token.</param>
/// <param name="Service">What the registry calls itself there.</param>
/// <param name="Issuer">What its tokens say they are from.</param>
/// <param name="CertificatePem">The certificate its tokens are checked against.</param>
public sealed record TokenTrust(Uri Realm, string Service, string Issuer, string CertificatePem);
