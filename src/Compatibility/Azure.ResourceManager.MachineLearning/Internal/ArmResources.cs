using System.Text.Json;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>Runs the operations of every resource type.</summary>
/// <typeparam name="TResource">The resource class.</typeparam>
internal sealed class ArmResources<TResource>(ArmClient client, ArmRequests requests, Func<ArmClient, JsonElement, TResource> read)
    where TResource : class
{
    public ArmRequests Requests => requests;

    public async Task<Response<TResource>> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var message = requests.Create(RequestMethod.Get, path);
        var response = await requests.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return Response.FromValue(Read(response), response);
    }

    public async Task<NullableResponse<TResource>> GetIfExistsAsync(string path, CancellationToken cancellationToken)
    {
        using var message = requests.Create(RequestMethod.Get, path);
        var response = await requests.TrySendAsync(message, async: true, cancellationToken).ConfigureAwait(false);
        return response.Status == 404 ? new NoValueResponse<TResource>(response)
            : response.IsError ? throw new RequestFailedException(response)
            : Response.FromValue(Read(response), response);
    }

    public async Task<Response<bool>> ExistsAsync(string path, CancellationToken cancellationToken)
    {
        var found = await GetIfExistsAsync(path, cancellationToken).ConfigureAwait(false);
        return Response.FromValue(found.HasValue, found.GetRawResponse());
    }

    /// <summary>Sends a PUT that the service completes at once.</summary>
    public async Task<ArmOperation<TResource>> PutAsync(
        string path,
        IJsonWritable body,
        CancellationToken cancellationToken,
        params IEnumerable<(string Name, string? Value)> query
    )
    {
        using var message = requests.Create(RequestMethod.Put, path, body, query);
        var response = await requests.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return new MachineLearningArmOperation<TResource>(LongRunningRequest.Done(requests, message.Request, response), Read);
    }

    /// <summary>Sends a PUT or PATCH that the service may continue after its response.</summary>
    public async Task<ArmOperation<TResource>> WriteLongRunningAsync(
        WaitUntil waitUntil,
        RequestMethod method,
        string path,
        IJsonWritable body,
        CancellationToken cancellationToken
    )
    {
        using var message = requests.Create(method, path, body);
        var response = await requests.SendAsync(message, cancellationToken).ConfigureAwait(false);
        var operation = new MachineLearningArmOperation<TResource>(LongRunningRequest.Begin(requests, message.Request, response), Read);
        if (waitUntil == WaitUntil.Completed)
            await operation.WaitForCompletionAsync(cancellationToken).ConfigureAwait(false);

        return operation;
    }

    /// <summary>Sends a DELETE or POST without a result.</summary>
    public async Task<ArmOperation> RunAsync(
        WaitUntil waitUntil,
        RequestMethod method,
        string path,
        CancellationToken cancellationToken,
        params IEnumerable<(string Name, string? Value)> query
    )
    {
        using var message = requests.Create(method, path, body: null, query);
        var response = await requests.SendAsync(message, cancellationToken).ConfigureAwait(false);
        var operation = new MachineLearningArmOperation(LongRunningRequest.Begin(requests, message.Request, response));
        if (waitUntil == WaitUntil.Completed)
            await operation.WaitForCompletionResponseAsync(cancellationToken).ConfigureAwait(false);

        return operation;
    }

    public AsyncPageable<TResource> GetAll(
        string path,
        CancellationToken cancellationToken,
        params IEnumerable<(string Name, string? Value)> query
    ) =>
        new LinkedPages<TResource>(
            requests,
            () => requests.Create(RequestMethod.Get, path, body: null, query),
            "value",
            json => read(client, json),
            cancellationToken
        );

    private TResource Read(Response response)
    {
        using var document = JsonDocument.Parse(response.Content);
        return read(client, document.RootElement);
    }
}
