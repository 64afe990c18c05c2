using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Fixtures.Registries;

/// <summary>A new key, its self-signed certificate, and the JSON web tokens that it signs.</summary>
public sealed class TokenSigner : IDisposable
{
    private readonly X509Certificate2 certificate;
    private readonly AsymmetricAlgorithm key;

    public TokenSigner(TokenAlgorithm algorithm)
    {
        Algorithm = algorithm;
        var name = new X500DistinguishedName("CN=token service of a test");
        CertificateRequest request;
        if (algorithm == TokenAlgorithm.RS256)
        {
            var rsa = RSA.Create(2048);
            key = rsa;
            request = new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        else
        {
            var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            key = ecdsa;
            request = new CertificateRequest(name, ecdsa, HashAlgorithmName.SHA256);
        }

        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(
                certificateAuthority: true,
                hasPathLengthConstraint: false,
                pathLengthConstraint: 0,
                critical: true
            )
        );
        certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    public TokenAlgorithm Algorithm { get; }

    public string CertificatePem => certificate.ExportCertificatePem();

    public string Sign(JsonObject claims)
    {
        // The registry checks the certificate in the header against its bundle of roots.
        var header = new JsonObject
        {
            ["typ"] = "JWT",
            ["alg"] = Algorithm.ToString(),
            ["x5c"] = new JsonArray(Convert.ToBase64String(certificate.RawData)),
        };
        var content = $"{Encode(header)}.{Encode(claims)}";
        var bytes = Encoding.ASCII.GetBytes(content);
        var signature = key is RSA rsa
            ? rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : ((ECDsa)key).SignData(bytes, HashAlgorithmName.SHA256);
        return $"{content}.{Base64Url.EncodeToString(signature)}";
    }

    public bool IsMine(string token)
    {
        var end = token.LastIndexOf('.');
        if (end < 0 || !Base64Url.IsValid(token.AsSpan(end + 1)))
        {
            return false;
        }

        var content = Encoding.ASCII.GetBytes(token[..end]);
        var signature = Base64Url.DecodeFromChars(token.AsSpan(end + 1));
        return key is RSA rsa
            ? rsa.VerifyData(content, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : ((ECDsa)key).VerifyData(content, signature, HashAlgorithmName.SHA256);
    }

    public void Dispose()
    {
        certificate.Dispose();
        key.Dispose();
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
