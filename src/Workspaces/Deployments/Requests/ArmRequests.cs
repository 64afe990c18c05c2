using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Workspaces.Connection;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Deployments.Requests;

/// <summary>Sends requests of a subscription to Azure Resource Manager.</summary>
internal sealed class ArmRequests
{
    private static readonly Uri Azure = new("https://management.azure.com/");
    private readonly HttpPipeline pipeline;
    private readonly Uri endpoint;

    public ArmRequests(SubscriptionConnection connection)
    {
        var transport = connection.Transport ?? PinnedTransport.For(connection.CertificateThumbprint);
        pipeline = ServicePipelines.Build(transport, connection.Retries, connection.Credential, ServicePipelines.ArmScope);
        endpoint = connection.Endpoint ?? Azure;
    }

    /// <summary>Sends a request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path of the resource, escaped, perhaps with one query parameter beside the api-version.</param>
    /// <param name="version">The api-version.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <param name="accepted">The statuses that are not failures.</param>
    /// <exception cref="WorkspaceException">The service responded with another status, with every detail of its error, or did not
    /// respond.</exception>
    public Task<ArmAnswer> SendAsync(
        RequestMethod method,
        string path,
        string version,
        JsonObject? body,
        CancellationToken cancellationToken,
        params int[] accepted
    ) =>
        SendAsync(
            method,
            uri =>
            {
                uri.Reset(endpoint);
                var parts = path.Split('?', 2);
                uri.AppendPath(parts[0], escape: false);
                uri.AppendQuery("api-version", version);
                if (parts is [_, var query] && query.Split('=', 2) is [var name, var value])
                    uri.AppendQuery(name, value);
            },
            body,
            accepted,
            cancellationToken
        );

    /// <summary>Reads an address that the service returned: a next page, or the result of an operation.</summary>
    /// <exception cref="WorkspaceException">The address is on another host, or as above.</exception>
    public Task<ArmAnswer> FollowAsync(Uri address, CancellationToken cancellationToken, params int[] accepted)
    {
        // The token must not go elsewhere.
        if (!address.IsAbsoluteUri || address.GetLeftPart(UriPartial.Authority) != endpoint.GetLeftPart(UriPartial.Authority))
        {
            throw new WorkspaceException(
                $"The service named {Secrets.Show(address)} as the next address; it must be at "
                    + $"{endpoint.GetLeftPart(UriPartial.Authority)}."
            );
        }

        return SendAsync(RequestMethod.Get, uri => uri.Reset(address), null, accepted, cancellationToken);
    }

    /// <summary>Reads all pages of a list.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(
        string path,
        string version,
        CancellationToken cancellationToken,
        params int[] accepted
    )
    {
        var items = new List<JsonElement>();
        var answer = await SendAsync(RequestMethod.Get, path, version, null, cancellationToken, [200, .. accepted]);
        while (true)
        {
            items.AddRange(DeploymentJson.Items(answer.Body, "value"));
            if (DeploymentJson.Text(answer.Body, "nextLink") is not { Length: > 0 } next)
                return items;
            answer = await FollowAsync(new Uri(next), cancellationToken, 200);
        }
    }

    private Task<ArmAnswer> SendAsync(
        RequestMethod method,
        Action<RequestUriBuilder> address,
        JsonObject? body,
        int[] accepted,
        CancellationToken cancellationToken
    ) =>
        ServiceErrors.GuardAsync(
            async () =>
            {
                using var message = pipeline.CreateMessage();
                message.Request.Method = method;
                message.Request.Headers.Add("Accept", "application/json");
                address(message.Request.Uri);
                if (body is not null)
                {
                    message.Request.Headers.Add("Content-Type", "application/json");
                    message.Request.Content = RequestContent.Create(BinaryData.FromString(body.ToJsonString()));
                }

                await pipeline.SendAsync(message, cancellationToken);
                var response = message.Response;
                if (!accepted.Contains(response.Status))
                    throw Failure(response, cancellationToken);
                var location =
                    response.Headers.TryGetValue("Location", out var text) && Uri.TryCreate(endpoint, text, out var found) ? found : null;
                return new ArmAnswer(response.Status, Parse(response), location, RetryAfter.Read(response.Headers));
            },
            cancellationToken
        );

    private static JsonElement Parse(Response response)
    {
        if (response.ContentStream is null || response.Content.ToMemory().IsEmpty)
            return default;
        using var body = JsonDocument.Parse(response.Content);
        return body.RootElement.Clone();
    }

    private static Exception Failure(Response response, CancellationToken cancellationToken)
    {
        var failed = new RequestFailedException(response);
        if (ServiceErrors.Describe(failed, cancellationToken) is not { } described)
            return failed;
        var details = DeploymentErrors.Details(response);
        return details.Count == 0
            ? described
            : new WorkspaceException(
                string.Join(Environment.NewLine, details.Prepend(described.Message)),
                described.Status,
                described.ErrorCode
            );
    }
}
