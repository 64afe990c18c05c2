using Azure.Core;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Holds the options of the clients of a registry.</summary>
public class ContainerRegistryClientOptions : ClientOptions
{
    private const ServiceVersion LatestVersion = ServiceVersion.V2021_07_01;

    public ContainerRegistryClientOptions(ServiceVersion version = LatestVersion)
    {
        Version = version switch
        {
            ServiceVersion.V2021_07_01 => "2021-07-01",
            _ => throw new ArgumentOutOfRangeException(nameof(version), version, "The service has no such version."),
        };
        Diagnostics.LoggedHeaderNames.Add("Docker-Content-Digest");
    }

    public enum ServiceVersion
    {
        V2021_07_01 = 1,
    }

    /// <summary>
    /// Gets or sets the audience of the Microsoft Entra tokens that the registry exchanges. Null means
    /// <c>https://containerregistry.azure.net</c>.
    /// </summary>
    public ContainerRegistryAudience? Audience { get; set; }

    internal string Version { get; }

    internal string AadScope => (Audience?.ToString() ?? "https://containerregistry.azure.net") + "/.default";
}
