using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Creates the pipeline of a client, which signs in through a second one without sign-in.</summary>
internal sealed class RegistryPipelines
{
    public RegistryPipelines(Uri endpoint, TokenCredential credential, ContainerRegistryClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(credential);
        ArgumentNullException.ThrowIfNull(options);
        var anonymous = HttpPipelineBuilder.Build(options);
        var exchange = new TokenExchange(new RegistryRequests(anonymous, endpoint, options.Version));
        var policy = new ChallengeAuthenticationPolicy(credential, options.AadScope, endpoint, exchange);
        Requests = new RegistryRequests(HttpPipelineBuilder.Build(options, policy), endpoint, options.Version);
    }

    public RegistryRequests Requests { get; }
}
