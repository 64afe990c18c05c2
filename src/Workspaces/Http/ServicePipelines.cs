using Azure.Core;
using Azure.Core.Pipeline;

namespace Workspaces.Http;

/// <summary>What all pipelines of the project have in common: Azure Resource Manager, the data plane, logs, registries, key vaults.</summary>
internal static class ServicePipelines
{
    /// <summary>Scope of the tokens for Azure Resource Manager, which the data plane takes as well.</summary>
    public const string ArmScope = "https://management.azure.com/.default";

    /// <summary>Sets how requests are sent, repeated and noted.</summary>
    /// <param name="options">Of the client to be made.</param>
    /// <param name="transport">Sends the requests; null leaves the one of the options.</param>
    /// <param name="retries">When a request is sent again.</param>
    public static T Configure<T>(this T options, HttpPipelineTransport? transport, RetrySettings retries)
        where T : ClientOptions
    {
        if (transport is not null)
        {
            options.Transport = transport;
        }

        options.RetryPolicy = new RetryPolicy(retries);
        options.Retry.NetworkTimeout = retries.TryTimeout;
        options.AddPolicy(new RequestTracker(), HttpPipelinePosition.PerCall);
        options.AddPolicy(new UnexpectedResponsePolicy(), HttpPipelinePosition.PerCall);
        return options;
    }

    /// <summary>As <see cref="Configure{T}(T, HttpPipelineTransport?, RetrySettings)"/>, for a pipeline that signs in with a bearer token.</summary>
    public static T Configure<T>(
        this T options,
        HttpPipelineTransport? transport,
        RetrySettings retries,
        TokenCredential credential,
        string scope
    )
        where T : ClientOptions
    {
        options.Configure(transport, retries).AddPolicy(new TokenRenewal(credential, scope), HttpPipelinePosition.PerRetry);
        return options;
    }

    /// <summary>A pipeline for requests that are made here.</summary>
    public static HttpPipeline Build(HttpPipelineTransport? transport, RetrySettings retries) =>
        HttpPipelineBuilder.Build(new OwnOptions().Configure(transport, retries));

    /// <summary>As <see cref="Build(HttpPipelineTransport?, RetrySettings)"/>, signed in with a bearer token.</summary>
    public static HttpPipeline Build(HttpPipelineTransport? transport, RetrySettings retries, TokenCredential credential, string scope) =>
        HttpPipelineBuilder.Build(
            new OwnOptions().Configure(transport, retries, credential, scope),
            new BearerTokenAuthenticationPolicy(credential, scope)
        );

    private sealed class OwnOptions : ClientOptions;
}
