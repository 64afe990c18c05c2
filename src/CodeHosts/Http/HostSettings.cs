using Azure.Core.Pipeline;
using Workspaces.Http;

namespace CodeHosts.Http;

/// <summary>The settings of the connection to a code host.</summary>
/// <param name="Address">The base address, which ends in a slash.</param>
/// <param name="Token">The bearer token; null sends none.</param>
/// <param name="Accept">The requested media type.</param>
/// <param name="Headers">Headers of every request.</param>
/// <param name="Explain">Converts a refusal to a message.</param>
internal sealed record HostSettings(
    Uri Address,
    string? Token,
    string Accept,
    IReadOnlyList<(string Name, string Value)> Headers,
    Func<HostFailure, string> Explain
)
{
    /// <summary>Replaces the network in tests; null: the network.</summary>
    public HttpPipelineTransport? Transport { get; init; }

    /// <summary>The rules for retries.</summary>
    public RetrySettings Retries { get; init; } = RetrySettings.Default;
}
