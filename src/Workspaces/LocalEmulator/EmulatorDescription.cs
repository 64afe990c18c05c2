using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Workspaces.LocalEmulator;

/// <summary>Describes a listening emulator: the content of <c>emulator.json</c> in its state folder.</summary>
internal sealed record EmulatorDescription(
    Uri Endpoint,
    int ProcessId,
    DateTimeOffset StartedAt,
    string Certificate,
    string TokenFile,
    string Build,
    string Runtime = "process"
)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    /// <summary>Reads the description.</summary>
    /// <returns>The description; null when the file is missing or incomplete, so that no emulator listens.</returns>
    public static EmulatorDescription? Find(string stateFolder)
    {
        try
        {
            return JsonSerializer.Deserialize<EmulatorDescription>(File.ReadAllBytes(Path.Combine(stateFolder, "emulator.json")), Format);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Reads the fingerprint of the certificate.</summary>
    /// <returns>SHA-256 of the certificate, in hex; null when its file is missing.</returns>
    public string? FindThumbprint()
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(Certificate);
            return certificate.GetCertHashString(HashAlgorithmName.SHA256);
        }
        catch (Exception error) when (error is CryptographicException or IOException)
        {
            return null;
        }
    }
}
