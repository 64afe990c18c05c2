using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Faults;

/// <summary>Represents what a rule does to a request or a job, apart from delaying it.</summary>
internal abstract record FaultEffect;

/// <summary>Sends this response, and nothing is done.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Headers">Headers of the response.</param>
/// <param name="Body">An object or array is sent as JSON, a text as it is; null sends none.</param>
internal sealed record ScriptedResponse(int Status, IReadOnlyDictionary<string, string> Headers, JsonNode? Body) : FaultEffect
{
    public Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        foreach (var (name, value) in Headers)
            response.Headers[name] = value;
        if (Body is null)
            return Task.CompletedTask;
        var isText = Body is JsonValue text && text.TryGetValue<string>(out _);
        if (!response.Headers.ContainsKey("Content-Type"))
            response.ContentType = isText ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
        return response.WriteAsync(isText ? Body.GetValue<string>() : Body.ToJsonString());
    }
}

/// <summary>Closes the connection without a response: before the request is carried out, or after.</summary>
internal sealed record CutConnection(bool IsDone) : FaultEffect;

/// <summary>
/// Carries the request out and closes the connection after so many bytes of the response body. A shorter response arrives whole.
/// </summary>
internal sealed record CutResponse(int Bytes) : FaultEffect;

/// <summary>Treats the token, or the signature of the address, as expired.</summary>
internal sealed record ExpiredToken : FaultEffect;

/// <summary>Accepts a compute, and ends its provisioning as Failed with this error.</summary>
internal sealed record FailedProvisioning(ArmError Error) : FaultEffect;

/// <summary>Takes a job's node away.</summary>
internal abstract record Preemption : FaultEffect
{
    /// <summary>Gets the time between TERM and KILL; zero kills without warning.</summary>
    public TimeSpan Grace { get; init; }
}

/// <summary>Takes a job's node away when a metric of this step or a later one has been logged.</summary>
internal sealed record PreemptionAtStep(long Step) : Preemption;

/// <summary>Takes a job's node away when the attempt has logged this many bytes.</summary>
internal sealed record PreemptionAtLog(long Bytes) : Preemption;

/// <summary>Rotates a job's log at the first end of a line at which it has this many bytes.</summary>
internal sealed record LogRotation(long Bytes) : FaultEffect;
