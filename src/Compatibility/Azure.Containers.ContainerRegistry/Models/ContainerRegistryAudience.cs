using System.ComponentModel;

namespace Azure.Containers.ContainerRegistry;

/// <summary>The resource whose Microsoft Entra tokens a registry exchanges: Azure Resource Manager of one cloud.</summary>
public readonly struct ContainerRegistryAudience : IEquatable<ContainerRegistryAudience>
{
    private readonly string value;

    public ContainerRegistryAudience(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        this.value = value;
    }

    public static ContainerRegistryAudience AzureResourceManagerChina { get; } = new("https://management.chinacloudapi.cn");

    public static ContainerRegistryAudience AzureResourceManagerGovernment { get; } = new("https://management.usgovcloudapi.net");

    public static ContainerRegistryAudience AzureResourceManagerPublicCloud { get; } = new("https://management.azure.com");

    public static bool operator ==(ContainerRegistryAudience left, ContainerRegistryAudience right) => left.Equals(right);

    public static bool operator !=(ContainerRegistryAudience left, ContainerRegistryAudience right) => !left.Equals(right);

    public static implicit operator ContainerRegistryAudience(string value) => new(value);

    public bool Equals(ContainerRegistryAudience other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object? obj) => obj is ContainerRegistryAudience other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(value);

    public override string ToString() => value;
}
