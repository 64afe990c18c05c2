using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Registry;

/// <summary>
/// Signs registry tokens (ES256). The key is in the state folder, readable by its owner alone. A registry trusts it by a self-signed
/// certificate, or by the same key as a JSON web key set.
/// </summary>
internal sealed class RegistryTokenKey : IDisposable
{
    // The registry reads its bundle only when it starts: a renewed certificate would lock everybody out until its next start.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3650);

    private readonly ECDsa signingKey;
    private readonly string encodedHeader;

    private RegistryTokenKey(ECDsa key, X509Certificate2 certificate)
    {
        signingKey = key;
        // Registry 2 checks the certificate in the header against its bundle. Registry 3 also finds the key by its id.
        encodedHeader = Encode(
            new JsonObject
            {
                ["typ"] = "JWT",
                ["alg"] = "ES256",
                ["kid"] = Id(key),
                ["x5c"] = new JsonArray(Convert.ToBase64String(certificate.RawData)),
            }
        );
    }

    public static RegistryTokenKey LoadOrCreate(StateFolder folder, DateTimeOffset now)
    {
        if (Load(folder) is { } loaded)
            return loaded;
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Registry tokens, O=Workspace emulator", key, HashAlgorithmName.SHA256);
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
        using var certificate = request.CreateSelfSigned(now.AddMinutes(-5), now + Lifetime);
        StateFile.Write(folder.RegistryTokenKey, key.ExportPkcs8PrivateKeyPem());
        StateFile.Write(folder.RegistryTokenKeySet, KeySet(key).ToJsonString(ResourceFolder.FileFormat));
        StateFile.Write(folder.RegistryTokenCertificate, certificate.ExportCertificatePem());
        return new(key, certificate);
    }

    public void Dispose() => signingKey.Dispose();

    private static RegistryTokenKey? Load(StateFolder folder)
    {
        if (!File.Exists(folder.RegistryTokenKey) || !File.Exists(folder.RegistryTokenCertificate))
            return null;
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(folder.RegistryTokenKey));
            using var kept = X509CertificateLoader.LoadCertificateFromFile(folder.RegistryTokenCertificate);
            using var certified = kept.GetECDsaPublicKey();
            if (certified?.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()) != true)
                throw new CryptographicException("the key and the certificate do not belong together");
            var keySet = KeySet(key).ToJsonString(ResourceFolder.FileFormat);
            if (!File.Exists(folder.RegistryTokenKeySet) || File.ReadAllText(folder.RegistryTokenKeySet) != keySet)
            {
                folder.SetAside(folder.RegistryTokenKeySet, "it is not the key's", "It was written again.");
                StateFile.Write(folder.RegistryTokenKeySet, keySet);
            }

            return new(key, kept);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            key.Dispose();
            const string Consequence = "A new key was made; a registry that trusts the old one must be started again.";
            folder.SetAside(folder.RegistryTokenKey, error.Message, Consequence);
            folder.SetAside(folder.RegistryTokenCertificate, error.Message, Consequence);
            folder.SetAside(folder.RegistryTokenKeySet, error.Message, Consequence);
            return null;
        }
    }

    /// <summary>Creates a JSON web token with these claims.</summary>
    public string Sign(JsonObject claims)
    {
        var content = $"{encodedHeader}.{Encode(claims)}";
        return $"{content}.{Base64Url.EncodeToString(signingKey.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256))}";
    }

    /// <summary>Reads the claims of a token signed with this key; null for any other text. The expiry is not checked.</summary>
    public JsonObject? Read(string token)
    {
        if (
            token.Split('.') is not [var header, var claims, var signature]
            || header != encodedHeader
            || !Base64Url.IsValid(claims)
            || !Base64Url.IsValid(signature)
        )
        {
            return null;
        }

        return signingKey.VerifyData(
            Encoding.ASCII.GetBytes($"{header}.{claims}"),
            Base64Url.DecodeFromChars(signature),
            HashAlgorithmName.SHA256
        )
            ? JsonNode.Parse(Base64Url.DecodeFromChars(claims)) as JsonObject
            : null;
    }

    private static JsonObject KeySet(ECDsa key)
    {
        var (x, y) = Coordinates(key);
        return new()
        {
            ["keys"] = new JsonArray(
                new JsonObject
                {
                    ["kty"] = "EC",
                    ["crv"] = "P-256",
                    ["x"] = x,
                    ["y"] = y,
                    ["use"] = "sig",
                    ["alg"] = "ES256",
                    ["kid"] = Id(key),
                }
            ),
        };
    }

    // RFC 7638: the hash of the required members, in alphabetical order and without spaces.
    private static string Id(ECDsa key)
    {
        var (x, y) = Coordinates(key);
        return Base64Url.EncodeToString(
            SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}"""))
        );
    }

    private static (string X, string Y) Coordinates(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
