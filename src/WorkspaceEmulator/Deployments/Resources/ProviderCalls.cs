using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Deployments.Templates;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Deployments.Resources;

/// <summary>
/// Sends the resources of a workspace to the emulator's own operations, as Azure Resource Manager sends them to the provider: with the same
/// checks, faults and recording as a request of a client.
/// </summary>
internal sealed class ProviderCalls(StateFolder folder, EmulatorAddress address, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private readonly Lazy<HttpClient> client = new(() => Create(folder, address));

    /// <summary>Creates or changes a resource and waits until it is ready.</summary>
    /// <exception cref="TemplateException">The operation refuses or fails.</exception>
    public async Task PutAsync(string id, string apiVersion, JsonObject body, CancellationToken cancellationToken)
    {
        var (status, resource) = await SendAsync(HttpMethod.Put, id, apiVersion, body, cancellationToken);
        while (status is HttpStatusCode.OK or HttpStatusCode.Created && IsChanging(resource))
        {
            await Task.Delay(PollInterval, time, cancellationToken);
            (status, resource) = await SendAsync(HttpMethod.Get, id, apiVersion, null, cancellationToken);
        }

        if (status is not (HttpStatusCode.OK or HttpStatusCode.Created))
            throw Fault(resource.Object("error"), $"PUT {id} returned {(int)status}.");
        if (resource.Object("properties").Text("provisioningState") == "Failed")
        {
            var errors = resource.Object("properties").Array("provisioningErrors") ?? [];
            throw Fault(errors.FirstOrDefault().Object("error"), $"'{id}' could not be provisioned.");
        }
    }

    /// <summary>Returns whether a resource exists.</summary>
    public async Task<bool> ExistsAsync(string id, string apiVersion, CancellationToken cancellationToken) =>
        (await SendAsync(HttpMethod.Get, id, apiVersion, null, cancellationToken)).Status == HttpStatusCode.OK;

    /// <summary>Deletes a resource.</summary>
    /// <exception cref="TemplateException">The operation refuses.</exception>
    public async Task DeleteAsync(string id, string apiVersion, CancellationToken cancellationToken)
    {
        var (status, body) = await SendAsync(HttpMethod.Delete, id, apiVersion, null, cancellationToken);
        if (status is not (HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NoContent))
            throw Fault(body.Object("error"), $"DELETE {id} returned {(int)status}.");
    }

    public void Dispose()
    {
        if (client.IsValueCreated)
            client.Value.Dispose();
    }

    private async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(
        HttpMethod method,
        string id,
        string apiVersion,
        JsonObject? body,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(address.Endpoint, $"{id}?api-version={apiVersion}"));
        // Read each time: the token may have been replaced.
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            (await File.ReadAllTextAsync(folder.Token, cancellationToken)).Trim()
        );
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        try
        {
            using var response = await client.Value.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
        }
        catch (Exception error) when (error is HttpRequestException or IOException or System.Text.Json.JsonException)
        {
            throw new TemplateException($"{method} {id} got no usable response: {error.Message}", "ResourceProviderUnavailable");
        }
    }

    private static bool IsChanging(JsonNode? resource) =>
        resource.Object("properties").Text("provisioningState") is "Creating" or "Updating" or "Accepted" or "Deleting";

    private static TemplateException Fault(JsonNode? error, string otherwise) =>
        new(error.Text("message") ?? otherwise, error.Text("code") ?? "ResourceDeploymentFailure");

    private static HttpClient Create(StateFolder folder, EmulatorAddress address)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false, // The emulator is on this machine.
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new()
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(folder.Certificate) },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        return new HttpClient(handler) { BaseAddress = address.Endpoint };
    }
}
