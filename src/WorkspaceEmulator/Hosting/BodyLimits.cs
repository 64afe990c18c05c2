using Microsoft.AspNetCore.Http.Features;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Hosting;

/// <summary>Limits the bodies of requests, by operation. A body that is JSON is held in memory several times over.</summary>
internal static class BodyLimits
{
    /// <summary>Most bytes of a body unless the operation has its own limit.</summary>
    public const long Default = 1024 * 1024;

    // Null: no limit, as the body is written to disk as it arrives.
    private static readonly Dictionary<string, long?> Others = new(StringComparer.Ordinal)
    {
        ["Artifacts_Upload"] = null,
        ["BlockBlob_Upload"] = null,
        ["runs/log-batch"] = 4 * 1024 * 1024,
        ["Exchange"] = 64 * 1024,
        ["Token"] = 64 * 1024,
        ["SetSecret"] = 64 * 1024,
    };

    /// <summary>Applies the limit of the operation to a request whose body has not been read.</summary>
    public static void Apply(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = LimitOf(context);
    }

    /// <summary>Returns the limit of the operation, for a message.</summary>
    public static string Describe(HttpContext context) => $"{LimitOf(context)} bytes";

    private static long? LimitOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<EmulatedOperation>() is { } operation
        && Others.TryGetValue(operation.Name, out var limit)
            ? limit
            : Default;
}
