using System.Security.Cryptography;
using CodeHosts.Hosts;
using CodeHosts.Text;

namespace Build.Sessions.PullRequests;

/// <summary>Shows pictures of a report in the comment, where the host allows it.</summary>
internal static class Thumbnails
{
    private const int Most = 6;
    private const long LargestBytes = 2 << 20;

    private static readonly string[] Kinds = [".png", ".jpg", ".jpeg"];

    /// <summary>Returns the pictures as Markdown, with a sentence where none can be shown.</summary>
    /// <param name="context">The run.</param>
    /// <param name="host">The host.</param>
    /// <param name="number">The pull request.</param>
    /// <param name="address">The address of the published artifacts; null uploads the pictures.</param>
    /// <param name="paths">The pictures, relative to the repository, from outside.</param>
    public static async Task<string> WriteAsync(
        BuildContext context,
        ICodeHost host,
        int number,
        string? address,
        IReadOnlyList<string> paths
    )
    {
        var pictures = new List<string>();
        foreach (var file in paths.Select(path => Find(context, path)).OfType<string>().Take(Most))
        {
            var at = address is not null ? Published(context, address, file) : await UploadAsync(context, host, number, file);
            if (at is null)
                return "*Pictures: the host takes none by its interface. They are in the report among the artifacts of the run.*";
            pictures.Add(MarkdownText.Picture(Path.GetFileNameWithoutExtension(file), at));
        }

        return string.Join('\n', pictures.Where(picture => picture.Length > 0));
    }

    // The report names files of the artifacts. Whatever else it names is not shown.
    private static string? Find(BuildContext context, string path)
    {
        var full = Path.GetFullPath(path, context.Root);
        var file = new FileInfo(full);
        return
            full.StartsWith(context.ArtifactsFolder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && Kinds.Contains(file.Extension, StringComparer.OrdinalIgnoreCase)
            && file is { Exists: true, LinkTarget: null, Length: <= LargestBytes }
            ? full
            : null;
    }

    private static string Published(BuildContext context, string address, string file)
    {
        var parts = Path.GetRelativePath(context.ArtifactsFolder, file).Split(Path.DirectorySeparatorChar);
        return $"{address.TrimEnd('/')}/{string.Join('/', parts.Select(Uri.EscapeDataString))}";
    }

    private static async Task<string?> UploadAsync(BuildContext context, ICodeHost host, int number, string file)
    {
        var content = await File.ReadAllBytesAsync(file, context.Cancellation);
        var name = $"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}{Path.GetExtension(file).ToLowerInvariant()}";
        return await host.UploadPictureAsync(number, name, content, context.Cancellation);
    }
}
