using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Containers.ContainerRegistry;

/// <summary>The two pipelines of a client: one that signs in, and one without sign-in for the token calls.</summary>
internal sealed class RegistryPipelines
{
    public RegistryPipelines(Uri endpoint, TokenCredential credential, ContainerRegistryClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(credential);
        ArgumentNullException.ThrowIfNull(options);
        var anonymous = HttpPipelineBuilder.Build(options);
        Exchange = new TokenExchange(new RegistryRequests(anonymous, endpoint, options.Version));
        var policy = new ChallengeAuthenticationPolicy(credential, options.AadScope, endpoint, Exchange);
        Requests = new RegistryRequests(HttpPipelineBuilder.Build(options, policy), endpoint, options.Version);
    }

    public TokenExchange Exchange { get; }

    public RegistryRequests Requests { get; }
}
