using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Registry;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Hosting;

/// <summary>Holds the certificate of the server and the key of registry tokens.</summary>
/// <param name="Certificate">The certificate, which is its own trust anchor.</param>
/// <param name="RegistryTokens">The key that signs registry tokens.</param>
internal sealed record EmulatorKeys(SslStreamCertificateContext Certificate, RegistryTokenKey RegistryTokens)
{
    /// <summary>Returns what is in the folder, or new ones where something is missing or damaged.</summary>
    public static EmulatorKeys LoadOrCreate(StateFolder folder, DateTimeOffset now)
    {
        var certificate = EmulatorCertificate.LoadOrCreate(folder, now);
        var trust = SslCertificateTrust.CreateForX509Collection(new X509Certificate2Collection(certificate));
        return new(
            SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true, trust),
            RegistryTokenKey.LoadOrCreate(folder, now)
        );
    }
}
