using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Workspaces.DataPlane;

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
    /// <summary>Reads the description.</summary>
    /// <returns>The description; null when the file is missing or incomplete, so that no emulator listens.</returns>
    public static EmulatorDescription? Find(string stateFolder)
    {
        try
        {
            using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(stateFolder, "emulator.json")));
            var description = file.RootElement;
            return new(
                new Uri(description.GetProperty("endpoint").GetString()!),
                description.GetProperty("processId").GetInt32(),
                description.GetProperty("startedAt").GetDateTimeOffset(),
                description.GetProperty("certificate").GetString()!,
                description.GetProperty("tokenFile").GetString()!,
                description.GetProperty("build").GetString()!,
                description.Text("runtime") ?? "process"
            );
        }
        catch (Exception error)
            when (error
                    is FileNotFoundException
                        or DirectoryNotFoundException
                        or JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or FormatException
            )
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
