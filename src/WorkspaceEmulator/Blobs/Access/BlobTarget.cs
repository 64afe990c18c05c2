using Microsoft.AspNetCore.Http.Features;

namespace WorkspaceEmulator.Blobs.Access;

/// <summary>Describes what a request to a storage account is about.</summary>
/// <param name="Container">The container; empty for the account.</param>
/// <param name="Blob">The blob; empty for a container.</param>
internal sealed record BlobTarget(string Container, string Blob)
{
    /// <summary>Reads the path as it was sent: some clients encode the slashes of a name, which routing leaves as they are.</summary>
    public static BlobTarget Of(HttpContext context)
    {
        var before = AccountHosts.IsOne(context.Request.Host) ? 1 : 2; // The account comes first where the host is not its own.
        var parts = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0].Split('/', before + 2);
        return new(Part(before), Part(before + 1));

        string Part(int index) => parts.Length > index ? Uri.UnescapeDataString(parts[index]) : "";
    }
}
