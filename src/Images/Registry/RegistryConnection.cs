using Azure.Core;
using Workspaces.Http;

namespace Images.Registry;

/// <summary>Names a repository of a registry, and the sign-in there.</summary>
/// <param name="Registry">Host, with its port when it has one. A loopback registry is reached by http, any other by https.</param>
/// <param name="Repository">Repository within it, such as <c>team/detection</c>.</param>
public sealed record RegistryConnection(string Registry, string Repository)
{
    private static readonly string[] AzureHosts = [".azurecr.io", ".azurecr.cn", ".azurecr.us"];

    /// <summary>Signs in to an Azure registry; null for any other.</summary>
    public TokenCredential? Credential { get; init; }

    /// <summary>Signs in to a registry that is not Azure's; null makes anonymous requests.</summary>
    public RegistryLogin? Login { get; init; }

    /// <summary>Replaces the network in tests.</summary>
    internal HttpMessageHandler? Handler { get; init; }

    /// <summary>The retries; null for the default, with shorter delays for a registry of this machine.</summary>
    internal RetrySettings? Retries { get; init; }

    internal Uri Endpoint => new($"https://{Registry}/");

    /// <summary>Returns whether the registry is Azure's, which needs a Microsoft Entra token.</summary>
    public static bool IsAzure(string registry)
    {
        ArgumentException.ThrowIfNullOrEmpty(registry);
        return AzureHosts.Any(host => registry.EndsWith(host, StringComparison.OrdinalIgnoreCase));
    }
}
