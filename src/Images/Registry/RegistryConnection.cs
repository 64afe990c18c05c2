using Azure.Core;
using Workspaces.Http;

namespace Images.Registry;

/// <summary>One repository of one registry, and how to sign in there.</summary>
/// <param name="Registry">Host, with its port when it has one; a loopback one is spoken to by http, any other by https.</param>
/// <param name="Repository">Repository within it, such as <c>team/detection</c>.</param>
public sealed record RegistryConnection(string Registry, string Repository)
{
    private static readonly string[] AzureHosts = [".azurecr.io", ".azurecr.cn", ".azurecr.us"];

    /// <summary>Signs in to an Azure registry; null for any other.</summary>
    public TokenCredential? Credential { get; init; }

    /// <summary>Signs in to a registry that is not Azure's; null asks for what anybody may do.</summary>
    public RegistryLogin? Login { get; init; }

    /// <summary>Takes the place of the network in tests.</summary>
    internal HttpMessageHandler? Handler { get; init; }

    /// <summary>When a failed request is sent again; null: as everywhere, but soon for a registry of this machine, which is back at once or not at all.</summary>
    internal RetrySettings? Retries { get; init; }

    internal Uri Endpoint => new($"https://{Registry}/");

    /// <summary>Whether the registry is Azure's, which wants a Microsoft Entra token.</summary>
    public static bool IsAzure(string registry)
    {
        ArgumentException.ThrowIfNullOrEmpty(registry);
        return AzureHosts.Any(host => registry.EndsWith(host, StringComparison.OrdinalIgnoreCase));
    }
}
