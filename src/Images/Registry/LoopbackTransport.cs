using Azure.Core;
using Azure.Core.Pipeline;

namespace Images.Registry;

/// <summary>
/// Lets the clients, which refuse any address but https, speak to a registry on this machine that has no certificate: they are given
/// <c>https://localhost:5000</c>, and what they send to that host goes out as http. Nothing leaves the machine.
/// </summary>
internal sealed class LoopbackTransport : HttpPipelineTransport
{
    private readonly Uri registry;
    private readonly HttpPipelineTransport inner;

    /// <param name="registry">The registry as the clients know it; its host must be loopback.</param>
    /// <param name="inner">Sends the requests.</param>
    /// <exception cref="ArgumentException">The host is not loopback.</exception>
    public LoopbackTransport(Uri registry, HttpPipelineTransport inner)
    {
        if (!registry.IsLoopback)
        {
            throw new ArgumentException($"{registry} is not on this machine; a registry elsewhere must be https.", nameof(registry));
        }

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

        // The registry writes its Location headers with the scheme it is told here, so that following them comes back to this class.
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
