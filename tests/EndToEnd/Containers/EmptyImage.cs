using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace EndToEnd.Containers;

/// <summary>The archive of an image with one layer that holds nothing, for <c>docker load</c>.</summary>
internal static class EmptyImage
{
    public static string Write(string folder, string name, string architecture)
    {
        var layer = new byte[1024]; // Two blocks of zeros end an archive.
        var digest = Convert.ToHexStringLower(SHA256.HashData(layer));
        var path = Path.Combine(folder, "image.tar");
        using var file = File.Create(path);
        using var archive = new TarWriter(file);
        Add("layer.tar", layer);
        Add(
            "config.json",
            Encoding.UTF8.GetBytes(
                $$$"""{"architecture":"{{{architecture}}}","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:{{{digest}}}"]}}"""
            )
        );
        Add("manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"config.json","RepoTags":["{{name}}"],"Layers":["layer.tar"]}]"""));
        return path;

        void Add(string entry, byte[] content) =>
            archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, entry) { DataStream = new MemoryStream(content) });
    }
}
