using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Azure.Core.Pipeline;

namespace Workspaces.Connection;

/// <summary>Provides the transport of the requests, with the system's trust or one pinned certificate.</summary>
internal static class PinnedTransport
{
    private static readonly ConcurrentDictionary<string, HttpPipelineTransport> Pinned = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns a transport. All clients of one pinned certificate share one, and with it the open connections.</summary>
    /// <param name="certificateThumbprint">SHA-256 of the only trusted certificate, in hex; null: the system's trust.</param>
    public static HttpPipelineTransport For(string? certificateThumbprint) =>
        certificateThumbprint is null
            ? new HttpClientTransport()
            : Pinned.GetOrAdd(certificateThumbprint, static thumbprint => new HttpClientTransport(CreateClient(thumbprint)));

    private static HttpClient CreateClient(string certificateThumbprint)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false, // a pinned certificate is a server on this machine
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            SslOptions = new SslClientAuthenticationOptions
            {
                // Stricter than a chain: exactly this certificate, whatever its issuer.
                RemoteCertificateValidationCallback = (_, certificate, _, _) => IsPinned(certificate, certificateThumbprint),
            },
        };
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan }; // the pipeline has its own network timeout
    }

    private static bool IsPinned(X509Certificate? certificate, string thumbprint) =>
        certificate is not null
        && CryptographicOperations.FixedTimeEquals(certificate.GetCertHash(HashAlgorithmName.SHA256), Convert.FromHexString(thumbprint));
}
