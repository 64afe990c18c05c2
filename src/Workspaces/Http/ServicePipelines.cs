using Azure.Core;
using Azure.Core.Pipeline;

namespace Workspaces.Http;

/// <summary>
/// Creates the pipelines of the project alike: for Azure Resource Manager, the data plane, logs, registries and key vaults.
/// </summary>
internal static class ServicePipelines
{
    /// <summary>Scope of tokens for Azure Resource Manager, which the data plane accepts too.</summary>
    public const string ArmScope = "https://management.azure.com/.default";

    /// <summary>Sets transport, retries and tracking of a client's requests.</summary>
    /// <param name="options">Options of the client.</param>
    /// <param name="transport">Sends the requests; null keeps the transport of the options.</param>
    /// <param name="retries">The rules for retries.</param>
    public static T Configure<T>(this T options, HttpPipelineTransport? transport, RetrySettings retries)
        where T : ClientOptions
    {
        if (transport is not null)
            options.Transport = transport;

        options.RetryPolicy = new RetryPolicy(retries);
        options.Retry.NetworkTimeout = retries.TryTimeout;
        options.AddPolicy(new RequestTracker(), HttpPipelinePosition.PerCall);
        options.AddPolicy(new UnexpectedResponsePolicy(), HttpPipelinePosition.PerCall);
        return options;
    }

    /// <summary>
    /// Sets the same as <see cref="Configure{T}(T, HttpPipelineTransport?, RetrySettings)"/>, for a pipeline with a bearer token.
    /// </summary>
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

    /// <summary>Creates a pipeline for requests without an SDK client.</summary>
    public static HttpPipeline Build(HttpPipelineTransport? transport, RetrySettings retries) =>
        HttpPipelineBuilder.Build(new PipelineOptions().Configure(transport, retries));

    /// <summary>Creates the same as <see cref="Build(HttpPipelineTransport?, RetrySettings)"/>, with a bearer token.</summary>
    public static HttpPipeline Build(HttpPipelineTransport? transport, RetrySettings retries, TokenCredential credential, string scope) =>
        HttpPipelineBuilder.Build(
            new PipelineOptions().Configure(transport, retries, credential, scope),
            new BearerTokenAuthenticationPolicy(credential, scope)
        );

    private sealed class PipelineOptions : ClientOptions;
}
