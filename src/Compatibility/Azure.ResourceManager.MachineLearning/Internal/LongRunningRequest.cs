using System.Text.Json;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>
/// Follows one request until the service has done what it asks. The first answer decides how: a status resource
/// (<c>Azure-AsyncOperation</c>, <c>Operation-Location</c>), a result address (<c>Location</c>: 202 until done), or, after a PUT or
/// PATCH without these headers, the <c>provisioningState</c> of the resource itself.
/// </summary>
/// <remarks>Source: Azure Resource Manager, "Track asynchronous Azure operations".</remarks>
internal sealed class LongRunningRequest
{
    private readonly ArmRequests _requests;
    private readonly string _resourceUri;
    private readonly bool _writesResource;
    private RequestFailedException? _failure;
    private Following _following;
    private string _next;

    private LongRunningRequest(ArmRequests requests, Request request, Response answer)
    {
        _requests = requests;
        _resourceUri = _next = request.Uri.ToUri().AbsoluteUri;
        _writesResource = request.Method == RequestMethod.Put || request.Method == RequestMethod.Patch;
        Response = answer;
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

    /// <summary>The last path segment of the address that is asked; it names the operation where the service gave it a name.</summary>
    public string Id => new Uri(_next).Segments[^1];

    public Response Response { get; private set; }

    public bool HasCompleted { get; private set; }

    public bool HasSucceeded => HasCompleted && _failure is null;

    /// <summary>A request that was complete with its first answer.</summary>
    public static LongRunningRequest Done(ArmRequests requests, Request request, Response answer) =>
        new(requests, request, answer) { HasCompleted = true };

    /// <summary>A request that may go on; <paramref name="answer"/> is the first answer, not an error.</summary>
    public static LongRunningRequest Begin(ArmRequests requests, Request request, Response answer)
    {
        var begun = new LongRunningRequest(requests, request, answer);
        begun._following = begun._writesResource ? Following.Resource : Following.Nothing;
        begun.FollowHeaders(answer);
        if (begun._following is Following.Nothing or Following.Resource)
        {
            begun.Judge(answer, begun._writesResource ? StateOfResource(answer) : Outcome.Succeeded);
        }

        return begun;
    }

    /// <exception cref="InvalidOperationException">The operation is still running.</exception>
    /// <exception cref="RequestFailedException">It failed.</exception>
    public void ThrowUnlessSucceeded()
    {
        if (_failure is not null)
        {
            throw _failure;
        }

        if (!HasCompleted)
        {
            throw new InvalidOperationException("The operation has not completed yet.");
        }
    }

    /// <summary>Asks once.</summary>
    /// <exception cref="RequestFailedException">The operation failed, or was cancelled, or cannot be asked about; carries the service's error code.</exception>
    public async ValueTask<Response> UpdateAsync(bool async, CancellationToken cancellationToken)
    {
        if (!HasCompleted)
        {
            using var message = _requests.CreateFollowing(_next);
            Response = await _requests.TrySendAsync(message, async, cancellationToken).ConfigureAwait(false);
            var outcome = StateOf(Response);
            if (outcome == Outcome.Succeeded && _following == Following.Status && _writesResource)
            {
                using var resource = _requests.CreateFollowing(_resourceUri);
                Response = await _requests.TrySendAsync(resource, async, cancellationToken).ConfigureAwait(false);
                outcome = Response.IsError ? Outcome.Failed : Outcome.Succeeded;
            }

            Judge(Response, outcome);
            if (!HasCompleted)
            {
                FollowHeaders(Response);
            }
        }

        return _failure is null ? Response : throw _failure;
    }

    private static Outcome StateOfResource(Response answer) =>
        answer.Status == 202 ? Outcome.Running : OutcomeOf(Root(answer).Member("properties").Text("provisioningState") ?? "Succeeded");

    private static Outcome OutcomeOf(string? status) =>
        status?.ToUpperInvariant() switch
        {
            "SUCCEEDED" => Outcome.Succeeded,
            "FAILED" or "CANCELED" or "CANCELLED" => Outcome.Failed,
            _ => Outcome.Running,
        };

    private static JsonElement Root(Response answer)
    {
        if (answer.Content.ToMemory().IsEmpty)
        {
            return default;
        }

        using var document = JsonDocument.Parse(answer.Content);
        return document.RootElement.Clone();
    }

    private Outcome StateOf(Response answer) =>
        answer.IsError
            ? Outcome.Failed
            : _following switch
            {
                Following.Status => OutcomeOf(Root(answer).Text("status")),
                Following.Location => answer.Status == 202 ? Outcome.Running : Outcome.Succeeded,
                _ => StateOfResource(answer),
            };

    private void Judge(Response answer, Outcome outcome)
    {
        HasCompleted = outcome != Outcome.Running;
        _failure = outcome == Outcome.Failed ? new RequestFailedException(answer) : null;
    }

    private void FollowHeaders(Response answer)
    {
        if (
            answer.Headers.TryGetValue("Azure-AsyncOperation", out var status)
            || answer.Headers.TryGetValue("Operation-Location", out status)
        )
        {
            (_following, _next) = (Following.Status, Absolute(status));
        }
        else if (answer.Status == 202 && _following != Following.Status && answer.Headers.TryGetValue("Location", out var location))
        {
            (_following, _next) = (Following.Location, Absolute(location));
        }
    }

    private string Absolute(string link) => new Uri(new Uri(_resourceUri), link).AbsoluteUri;
}
