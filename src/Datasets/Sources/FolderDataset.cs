using System.Collections.Concurrent;
using System.Security.Cryptography;
using Datasets.Checks;
using Datasets.Pictures;
using Datasets.Stores;

namespace Datasets.Sources;

/// <summary>A dataset in a folder of this machine. Files are read in parallel.</summary>
/// <param name="datastoreFolder">The datastore's folder.</param>
/// <param name="imageType">The use case: a folder of the datastore.</param>
public sealed class FolderDataset(string datastoreFolder, string imageType) : IDatasetSource
{
    private readonly string csvs = Path.Combine(datastoreFolder, imageType, "datasets");
    private readonly string images = Path.Combine(datastoreFolder, imageType, "images");

    public string ImageType { get; } = imageType;

    public Task<IReadOnlySet<string>> ListCsvsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlySet<string>>(Names(csvs, withSubfolders: false));

    public Task<byte[]> ReadCsvAsync(string name, CancellationToken cancellationToken) =>
        File.ReadAllBytesAsync(Path.Combine(csvs, name), cancellationToken);

    public Task<IReadOnlySet<string>> ListImagesAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlySet<string>>(Names(images, withSubfolders: true));

    /// <summary>Decodes the images; null reads their headers alone.</summary>
    public IPictureDecoder? Decoder { get; init; }

    /// <summary>Identifies the decoder, so that another one's results are not remembered.</summary>
    public string DecoderVersion { get; init; } = "";

    /// <summary>Whether the decoder left the images to their headers.</summary>
    internal bool IsReadByHeaders { get; private set; }

    public async Task<IReadOnlyDictionary<string, ImageReading>?> ReadImagesAsync(
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    )
    {
        if (Decoder is not null && await Decoder.DecodeAsync(images, names, cancellationToken) is { } decoded)
            return decoded;
        IsReadByHeaders = true;
        return ForEach(names, path => ImageHeader.Read(path), cancellationToken);
    }

    public Task<IReadOnlyDictionary<string, string?>> ReadMd5Async(
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    ) => Task.FromResult<IReadOnlyDictionary<string, string?>>(ForEach(names, ReadMd5, cancellationToken));

    /// <summary>Describes the state of the files.</summary>
    /// <returns>Null when a file is a link, whose own time says nothing of the content.</returns>
    internal async Task<FolderState?> DescribeStateAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        var newest = DateTime.MinValue;
        foreach (var name in Names(csvs, withSubfolders: false).Order(StringComparer.Ordinal))
        {
            var hash = SHA256.HashData(await ReadCsvAsync(name, cancellationToken));
            lines.Add($"{name}|{Convert.ToHexStringLower(hash)}");
        }

        if (!Directory.Exists(images))
            return null;
        foreach (var (path, file, isLink) in FolderFiles.Enumerate(images, withSubfolders: true))
        {
            if (isLink)
                return null;
            var written = file.LastWriteTimeUtc;
            newest = written > newest ? written : newest;
            lines.Add($"{path}|{LocalFile.VersionOf(file)}");
        }

        lines.Sort(StringComparer.Ordinal);
        return new(lines, newest);
    }

    private static string? ReadMd5(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        return Convert.ToHexStringLower(ContentMd5.Of(file));
    }

    private ConcurrentDictionary<string, T> ForEach<T>(
        IReadOnlyCollection<string> names,
        Func<string, T> read,
        CancellationToken cancellationToken
    )
    {
        var results = new ConcurrentDictionary<string, T>(StringComparer.Ordinal);
        Parallel.ForEach(names, new ParallelOptions { CancellationToken = cancellationToken }, name =>
            results[name] = read(Path.Combine(images, name))
        );
        return results;
    }

    private static HashSet<string> Names(string folder, bool withSubfolders) =>
        [.. FolderFiles.Enumerate(folder, withSubfolders).Select(found => found.Path)];
}
