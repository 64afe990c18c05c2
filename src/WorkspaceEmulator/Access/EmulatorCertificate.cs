using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Access;

/// <summary>
/// Creates the emulator's certificate: for localhost, the hosts of storage accounts, 127.0.0.1 and ::1, and its own trust anchor.
/// </summary>
internal static class EmulatorCertificate
{
    /// <summary>The name by which a container reaches this machine.</summary>
    public const string HostOfContainers = "host.docker.internal";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(7);

    /// <summary>Returns the certificate in the folder, or a new one when it is missing or expires soon.</summary>
    public static X509Certificate2 LoadOrCreate(StateFolder folder, DateTimeOffset now)
    {
        if (File.Exists(folder.Certificate) && File.Exists(folder.CertificateKey) && Load(folder) is { } kept)
        {
            var hasHosts = kept.MatchesHostname("account" + StorageAccountNames.HostSuffix);
            if (hasHosts && kept.NotAfter.ToUniversalTime() - now.UtcDateTime > RenewBefore)
                return kept;
            kept.Dispose();
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost, O=Workspace emulator", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName(HostOfContainers);
        names.AddDnsName("*" + StorageAccountNames.HostSuffix);
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        // OpenSSL accepts a self-signed certificate as trust anchor when it is a CA that may sign certificates.
        // It is also the server's certificate, so its key usage allows handshake signatures.
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(
                certificateAuthority: true,
                hasPathLengthConstraint: true,
                pathLengthConstraint: 0,
                critical: true
            )
        );
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, critical: true)
        );
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var certificate = request.CreateSelfSigned(now.AddMinutes(-5), now + Lifetime);

        StateFile.Write(folder.CertificateKey, key.ExportPkcs8PrivateKeyPem());
        StateFile.Write(folder.Certificate, certificate.ExportCertificatePem());
        return certificate;
    }

    private static X509Certificate2? Load(StateFolder folder)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(folder.Certificate, folder.CertificateKey);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            // Which of the two is damaged cannot always be told: the key may belong to another certificate.
            const string Consequence = "A new certificate was made; clients read it from the file.";
            folder.SetAside(folder.Certificate, error.Message, Consequence);
            folder.SetAside(folder.CertificateKey, error.Message, Consequence);
            return null;
        }
    }
}
