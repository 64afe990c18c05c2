using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace WorkspaceEmulator.Azurite;

/// <summary>
/// Sends requests to where the Azurite of an account listens at that moment, and starts it when it does not run: a request can come from
/// somebody who learned of its address before it was ended.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="certificate">Path of the emulator's certificate, which Azurite has.</param>
internal sealed class AzuriteHandler(AzuriteAccount account, string certificate) : DelegatingHandler(CreateInner(certificate))
{
    /// <summary>The address that stands for that of the moment. Clients read the account from the path only after an IP address.</summary>
    public static readonly Uri Address = new("https://127.0.0.1/");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var endpoint = await account.EnsureAsync(cancellationToken);
        // The path counts as it was sent, as it was signed so.
        request.RequestUri = new Uri(
            endpoint.AbsoluteUri.TrimEnd('/') + request.RequestUri!.PathAndQuery,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        return await base.SendAsync(request, cancellationToken);
    }

    private static SocketsHttpHandler CreateInner(string certificate) =>
        new()
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            SslOptions = new SslClientAuthenticationOptions
            {
                // The host of a request can be that of an account, which no connection has.
                TargetHost = "localhost",
                CertificateChainPolicy = new()
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(certificate) },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
}
