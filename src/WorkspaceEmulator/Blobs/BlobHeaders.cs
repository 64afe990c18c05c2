using System.Globalization;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Blobs;

/// <summary>The headers in which a blob's facts are sent and received.</summary>
internal static class BlobHeaders
{
    public const string ContentType = "Content-Type";
    public const string ContentMd5 = "Content-MD5";
    public const string DefaultType = "application/octet-stream";
    public const string CopyId = "x-ms-copy-id";
    public const string CopyStatus = "x-ms-copy-status";
    private const string CopySource = "x-ms-copy-source";
    private const string CopyProgress = "x-ms-copy-progress";
    private const string CopyTime = "x-ms-copy-completion-time";
    private const string MetadataPrefix = "x-ms-meta-";
    private const int MostMetadata = 8 * 1024; // characters

    /// <summary>The headers of a content that a listing has too, in its order; in a request they begin with <c>x-ms-blob-</c>.</summary>
    public static readonly IReadOnlyList<string> OfContent =
    [
        ContentType,
        "Content-Encoding",
        "Content-Language",
        ContentMd5,
        "Content-Disposition",
        "Cache-Control",
    ];

    /// <summary>Returns whether a blob has a header of this name.</summary>
    public static bool IsName(string name) =>
        name is CopyId or CopyStatus or CopySource or CopyProgress or CopyTime || OfContent.Contains(name, StringComparer.Ordinal);

    /// <summary>Returns the headers of a blob that has been copied.</summary>
    /// <param name="headers">Those of its source.</param>
    /// <param name="source">Address of the source.</param>
    /// <param name="length">Its size in bytes.</param>
    /// <param name="now">When the copy was done.</param>
    public static Dictionary<string, string> WithCopy(
        IReadOnlyDictionary<string, string> headers,
        string source,
        long length,
        DateTimeOffset now
    ) =>
        new(headers, StringComparer.Ordinal)
        {
            [CopyId] = Guid.NewGuid().ToString(),
            [CopySource] = source,
            [CopyStatus] = "success",
            [CopyProgress] = $"{length}/{length}",
            [CopyTime] = now.ToString("R", CultureInfo.InvariantCulture),
        };

    /// <summary>Reads the headers of the content that a request is about.</summary>
    public static Dictionary<string, string> Read(HttpRequest request)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in OfContent)
        {
            if (request.Headers[$"x-ms-blob-{name}"].ToString() is { Length: > 0 } value)
                found[name] = value;
        }

        return found;
    }

    /// <summary>Reads the metadata of a request.</summary>
    public static Dictionary<string, string> ReadMetadata(HttpRequest request) =>
        request
            .Headers.Where(header => header.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(
                header => header.Key[MetadataPrefix.Length..].ToLowerInvariant(),
                header => header.Value.ToString(),
                StringComparer.Ordinal
            );

    /// <summary>Returns whether a text can be the value of a header in a response.</summary>
    public static bool IsValue(string text) => text.All(letter => char.IsAscii(letter) && !char.IsControl(letter));

    /// <summary>Returns what is wrong with the metadata and the headers of a request; null when nothing is.</summary>
    public static string? Fault(HttpRequest request)
    {
        var metadata = ReadMetadata(request);
        if (Read(request).Concat(metadata).FirstOrDefault(pair => !IsValue(pair.Value)).Key is { } odd)
            return $"The value of '{odd}' must be printable ASCII characters.";
        return metadata.Keys.FirstOrDefault(name => !ResourceNames.Variable().IsMatch(name)) is { } wrong
                ? $"The metadata name '{wrong}' must match {ResourceNames.Variable()}."
            : metadata.Sum(pair => pair.Key.Length + pair.Value.Length) > MostMetadata
                ? $"The metadata must have at most {MostMetadata} characters."
            : null;
    }

    /// <summary>Writes when a blob changed.</summary>
    public static void WriteVersion(HttpResponse response, FileFacts file, BlobFacts facts)
    {
        response.Headers.ETag = ETagOf(file, facts);
        response.Headers.LastModified = ChangedAt(file, facts).ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>Writes the metadata of a blob.</summary>
    public static void WriteMetadata(HttpResponse response, BlobFacts facts)
    {
        foreach (var (name, value) in facts.Metadata)
            response.Headers[MetadataPrefix + name] = value;
    }

    /// <summary>Writes everything that is known of a blob.</summary>
    /// <param name="response">The response.</param>
    /// <param name="facts">The facts.</param>
    /// <param name="isPart">Whether a range of the content follows, whose hash is not that of the blob.</param>
    public static void Write(HttpResponse response, BlobFacts facts, bool isPart)
    {
        WriteMetadata(response, facts);
        foreach (var (name, value) in facts.Headers)
            response.Headers[isPart && name == ContentMd5 ? "x-ms-blob-content-md5" : name] = value;
    }

    /// <summary>Returns when a blob or its facts changed.</summary>
    public static DateTimeOffset ChangedAt(FileFacts file, BlobFacts facts) => facts.ChangedAt ?? file.ModifiedAt;

    /// <summary>Returns a blob's ETag, which changes with its content and its facts.</summary>
    public static string ETagOf(FileFacts file, BlobFacts facts) =>
        $"\"0x{file.ModifiedAt.UtcTicks:X}{file.Length:X}{facts.ChangedAt?.UtcTicks:X}\"";
}
