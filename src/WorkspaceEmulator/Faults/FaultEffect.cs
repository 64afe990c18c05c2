using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Faults;

/// <summary>What a rule does to a request or a job, apart from delaying it.</summary>
internal abstract record FaultEffect;

/// <summary>This answer instead of the emulator's own; nothing is done.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Headers">Headers of the answer.</param>
/// <param name="Body">An object or array goes out as JSON, a text as it is; null sends none.</param>
internal sealed record ScriptedResponse(int Status, IReadOnlyDictionary<string, string> Headers, JsonNode? Body) : FaultEffect
{
    public Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        foreach (var (name, value) in Headers)
            response.Headers[name] = value;
        if (Body is null)
            return Task.CompletedTask;
        var isText = Body is JsonValue value1 && value1.TryGetValue<string>(out _);
        if (!response.Headers.ContainsKey("Content-Type"))
            response.ContentType = isText ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
        return response.WriteAsync(isText ? Body.GetValue<string>() : Body.ToJsonString());
    }
}

/// <summary>The connection ends without an answer: before the request is carried out, or after.</summary>
internal sealed record CutConnection(bool IsDone) : FaultEffect;

/// <summary>The request is carried out and the connection ends after so many bytes of the answer's body; a shorter answer arrives whole.</summary>
internal sealed record CutResponse(int Bytes) : FaultEffect;

/// <summary>The token, or the signature of the address, is taken for an expired one.</summary>
internal sealed record ExpiredToken : FaultEffect;

/// <summary>A compute is accepted, and its provisioning ends as Failed with this error.</summary>
internal sealed record FailedProvisioning(ArmError Error) : FaultEffect;

/// <summary>A job's node is taken away once a metric of at least this step has been logged.</summary>
internal sealed record PreemptionAtStep(long Step) : FaultEffect;

/// <summary>A job's node is taken away once the log of the attempt has this many bytes.</summary>
internal sealed record PreemptionAtLog(long Bytes) : FaultEffect;

/// <summary>A job's log is rotated at the first end of a line at which it has this many bytes.</summary>
internal sealed record LogRotation(long Bytes) : FaultEffect;
