using System.Globalization;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Blobs;

/// <summary>Decides whether a request's conditions hold, as the storage service's "Specifying conditional headers" says.</summary>
internal static class BlobConditions
{
    private const string Message = "The condition specified using HTTP conditional header(s) is not met.";

    // They need what a file has not, so that nothing may ignore them.
    private static readonly string[] Foreign =
    [
        "x-ms-access-tier",
        "x-ms-encryption-",
        "x-ms-if-tags",
        "x-ms-immutability-policy-",
        "x-ms-legal-hold",
        "x-ms-source-",
        "x-ms-tags",
    ];

    /// <summary>Returns whether a request depends on something that blobs do not have here, such as tags and snapshots.</summary>
    public static bool AreForeign(HttpRequest request) =>
        request.Headers.Keys.Any(name => Foreign.Any(begin => name.StartsWith(begin, StringComparison.OrdinalIgnoreCase)))
        || request.Query["snapshot"].Count > 0
        || request.Query["versionid"].Count > 0;

    /// <summary>Returns the response when a condition does not hold; null when all do.</summary>
    /// <param name="request">The request.</param>
    /// <param name="file">The blob; null when it is missing.</param>
    /// <param name="facts">Its facts.</param>
    public static StorageError? Check(HttpRequest request, FileFacts? file, BlobFacts facts)
    {
        var headers = request.Headers;
        if (headers["x-ms-lease-id"].Count > 0)
            return StorageErrors.Of(412, "LeaseNotPresentWithBlobOperation", "There is currently no lease on the blob.");

        var tag = file is null ? null : BlobHeaders.ETagOf(file, facts);
        if (headers.IfMatch.ToString() is { Length: > 0 } expected && (tag is null || (expected != "*" && expected != tag)))
            return NotMet;
        if (tag is null)
            return null;
        // A date has whole seconds.
        var changed = BlobHeaders.ChangedAt(file!, facts);
        changed = changed.AddTicks(-(changed.UtcTicks % TimeSpan.TicksPerSecond));
        if (headers.IfNoneMatch.ToString() is { Length: > 0 } other && (other == "*" || other == tag))
            return Unchanged(request);
        if (DateOf(headers.IfUnmodifiedSince) is { } latest && changed > latest)
            return NotMet;
        return DateOf(headers.IfModifiedSince) is { } earliest && changed <= earliest ? Unchanged(request) : null;
    }

    private static StorageError Unchanged(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            ? StorageErrors.Of(StatusCodes.Status304NotModified, "ConditionNotMet", Message)
            : NotMet;

    private static StorageError NotMet => StorageErrors.Of(StatusCodes.Status412PreconditionFailed, "ConditionNotMet", Message);

    private static DateTimeOffset? DateOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
}
