using System.Text.Json;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>
/// Follows one request until the service has completed it. The first response decides how: a status resource
/// (<c>Azure-AsyncOperation</c>, <c>Operation-Location</c>), a result address (<c>Location</c>: 202 until done), or, after a PUT or
/// PATCH without these headers, the <c>provisioningState</c> of the resource itself.
/// </summary>
/// <remarks>Source: Azure Resource Manager, "Track asynchronous Azure operations".</remarks>
internal sealed class LongRunningRequest
{
    private readonly ArmRequests requests;
    private readonly string resourceUri;
    private readonly bool writesResource;
    private RequestFailedException? failure;
    private Following following;
    private string next;

    private LongRunningRequest(ArmRequests requests, Request request, Response response)
    {
        this.requests = requests;
        resourceUri = next = request.Uri.ToUri().AbsoluteUri;
        writesResource = request.Method == RequestMethod.Put || request.Method == RequestMethod.Patch;
        Response = response;
    }

    private enum Following
    {
        Nothing,
        Resource,
        Status,
        Location,
    }

    private enum Outcome
    {
        Running,
        Succeeded,
        Failed,
    }

    /// <summary>Gets the last path segment of the status address. It names the operation where the service gave it a name.</summary>
    public string Id => new Uri(next).Segments[^1];

    public Response Response { get; private set; }

    public bool HasCompleted { get; private set; }

    public bool HasSucceeded => HasCompleted && failure is null;

    /// <summary>Creates an operation that completed with its first response.</summary>
    public static LongRunningRequest Done(ArmRequests requests, Request request, Response response) =>
        new(requests, request, response) { HasCompleted = true };

    /// <summary>Creates an operation that may still run; <paramref name="response"/> is the first response, not an error.</summary>
    public static LongRunningRequest Begin(ArmRequests requests, Request request, Response response)
    {
        var begun = new LongRunningRequest(requests, request, response);
        begun.following = begun.writesResource ? Following.Resource : Following.Nothing;
        begun.FollowHeaders(response);
        if (begun.following is Following.Nothing or Following.Resource)
            begun.Complete(response, begun.writesResource ? StateOfResource(response) : Outcome.Succeeded);

        return begun;
    }

    /// <exception cref="InvalidOperationException">The operation is still running.</exception>
    /// <exception cref="RequestFailedException">It failed.</exception>
    public void ThrowUnlessSucceeded()
    {
        if (failure is not null)
            throw failure;

        if (!HasCompleted)
            throw new InvalidOperationException("The operation has not completed yet.");
    }

    /// <summary>Asks once.</summary>
    /// <exception cref="RequestFailedException">The operation failed, or was cancelled, or cannot be read; the exception carries the
    /// service's error code.</exception>
    public async ValueTask<Response> UpdateAsync(bool async, CancellationToken cancellationToken)
    {
        if (!HasCompleted)
        {
            using var message = requests.CreateFollowing(next);
            Response = await requests.TrySendAsync(message, async, cancellationToken).ConfigureAwait(false);
            var outcome = StateOf(Response);
            if (outcome == Outcome.Succeeded && following == Following.Status && writesResource)
            {
                using var resource = requests.CreateFollowing(resourceUri);
                Response = await requests.TrySendAsync(resource, async, cancellationToken).ConfigureAwait(false);
                outcome = Response.IsError ? Outcome.Failed : Outcome.Succeeded;
            }

            Complete(Response, outcome);
            if (!HasCompleted)
                FollowHeaders(Response);
        }

        return failure is null ? Response : throw failure;
    }

    private static Outcome StateOfResource(Response response) =>
        response.Status == 202 ? Outcome.Running : OutcomeOf(Root(response).Member("properties").Text("provisioningState") ?? "Succeeded");

    private static Outcome OutcomeOf(string? status) =>
        status?.ToUpperInvariant() switch
        {
            "SUCCEEDED" => Outcome.Succeeded,
            "FAILED" or "CANCELED" or "CANCELLED" => Outcome.Failed,
            _ => Outcome.Running,
        };

    private static JsonElement Root(Response response)
    {
        if (response.Content.ToMemory().IsEmpty)
            return default;

        using var document = JsonDocument.Parse(response.Content);
        return document.RootElement.Clone();
    }

    private Outcome StateOf(Response response) =>
        response.IsError
            ? Outcome.Failed
            : following switch
            {
                Following.Status => OutcomeOf(Root(response).Text("status")),
                Following.Location => response.Status == 202 ? Outcome.Running : Outcome.Succeeded,
                _ => StateOfResource(response),
            };

    private void Complete(Response response, Outcome outcome)
    {
        HasCompleted = outcome != Outcome.Running;
        failure = outcome == Outcome.Failed ? new RequestFailedException(response) : null;
    }

    private void FollowHeaders(Response response)
    {
        if (
            response.Headers.TryGetValue("Azure-AsyncOperation", out var status)
            || response.Headers.TryGetValue("Operation-Location", out status)
        )
        {
            (following, next) = (Following.Status, Absolute(status));
        }
        else if (response.Status == 202 && following != Following.Status && response.Headers.TryGetValue("Location", out var location))
        {
            (following, next) = (Following.Location, Absolute(location));
        }
    }

    private string Absolute(string link) => new Uri(new Uri(resourceUri), link).AbsoluteUri;
}
