using Azure.Core;
using Azure.Core.Pipeline;

namespace Images.Registry;

/// <summary>
/// Sends the requests to a registry on this machine by http. The clients accept only https, so they get the address
/// <c>https://localhost:5000</c>, and this transport changes the scheme. Nothing leaves the machine.
/// </summary>
internal sealed class LoopbackTransport : HttpPipelineTransport
{
    private readonly Uri registry;
    private readonly HttpPipelineTransport inner;

    /// <param name="registry">The address that the clients have; its host must be loopback.</param>
    /// <param name="inner">Sends the requests.</param>
    /// <exception cref="ArgumentException">The host is not loopback.</exception>
    public LoopbackTransport(Uri registry, HttpPipelineTransport inner)
    {
        if (!registry.IsLoopback)
            throw new ArgumentException($"{registry} is not on this machine; a registry elsewhere must be https.", nameof(registry));

        this.registry = registry;
        this.inner = inner;
    }

    public override Request CreateRequest() => inner.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("Requests to a registry are asynchronous.");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var uri = message.Request.Uri;
        if (!string.Equals(uri.ToUri().Authority, registry.Authority, StringComparison.OrdinalIgnoreCase))
        {
            await inner.ProcessAsync(message);
            return;
        }

        // The registry uses this scheme in its Location headers, so that the requests that follow them pass through this class too.
        message.Request.Headers.SetValue("X-Forwarded-Proto", "https");
        var port = uri.Port;
        uri.Scheme = Uri.UriSchemeHttp;
        uri.Port = port;
        try
        {
            await inner.ProcessAsync(message);
        }
        finally
        {
            uri.Scheme = Uri.UriSchemeHttps;
            uri.Port = port;
        }
    }
}
