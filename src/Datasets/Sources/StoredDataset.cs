using System.Collections.Concurrent;
using Datasets.Checks;
using Datasets.Pictures;
using Datasets.Stores;
using Experiments.Json;
using Workspaces.Errors;

namespace Datasets.Sources;

/// <summary>
/// A dataset in a datastore, checked by its listing, its CSV files and the headers of its images. No image is read whole: the MD5 of an
/// image is the one in the
/// listing. Blob containers list it; file shares do not.
/// </summary>
/// <param name="files">The datastore.</param>
/// <param name="datastore">The name of the datastore in the environment config, for messages.</param>
/// <param name="imageType">The use case: a folder of the datastore.</param>
/// <param name="sizes">The cache of image sizes.</param>
public sealed class StoredDataset(IDatastoreFiles files, string datastore, string imageType, ContentCache sizes) : IDatasetSource
{
    /// <summary>
    /// The largest number of images whose headers are read. Some hundred headers are read per second; the job checks more images faster.
    /// </summary>
    public const int MostImages = 2000;

    /// <summary>
    /// Bytes per request. They hold the header of nearly every image; a JPEG with a thumbnail before the header takes a second request.
    /// </summary>
    private const int HeaderBytes = 4096;

    private const int Lanes = 32;

    private Task<Listing>? listing;

    public string ImageType { get; } = imageType;

    public async Task<IReadOnlySet<string>> ListCsvsAsync(CancellationToken cancellationToken) => (await ListAsync(cancellationToken)).Csvs;

    public async Task<IReadOnlySet<string>> ListImagesAsync(CancellationToken cancellationToken) =>
        (await ListAsync(cancellationToken)).ImageNames;

    public Task<byte[]> ReadCsvAsync(string name, CancellationToken cancellationToken) =>
        files.ReadAsync($"{ImageType}/datasets/{name}", cancellationToken);

    public async Task<IReadOnlyDictionary<string, ImageReading>?> ReadImagesAsync(
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count > MostImages)
            return null;
        var images = (await ListAsync(cancellationToken)).Images;
        var found = new ConcurrentDictionary<string, ImageReading>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(
            names,
            new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellationToken },
            async (name, stop) =>
            {
                var image = images[name];
                if (sizes.Find(image.Path, image.Version) is not { } known)
                    sizes.Set(image.Path, image.Version, known = Write(await ReadHeaderAsync(image, stop)));
                found[name] = Parse(known);
            }
        );
        sizes.Save();
        return found;
    }

    public async Task<IReadOnlyDictionary<string, string?>> ReadMd5Async(
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    )
    {
        var images = (await ListAsync(cancellationToken)).Images;
        return names.ToDictionary(
            name => name,
            name => images[name].Md5 is { } md5 ? Convert.ToHexStringLower(md5.Span) : null,
            StringComparer.Ordinal
        );
    }

    private Task<Listing> ListAsync(CancellationToken cancellationToken) => listing ??= ListOnceAsync(cancellationToken);

    private async Task<Listing> ListOnceAsync(CancellationToken cancellationToken)
    {
        var csvs = files.ListAsync($"{ImageType}/datasets", cancellationToken);
        var images = files.ListTreeAsync($"{ImageType}/images", cancellationToken);
        await Task.WhenAll(csvs, images);
        var missing = new[] { (Files: await images, Name: $"{ImageType}/images"), (Files: await csvs, Name: $"{ImageType}/datasets") }
            .Where(folder => folder.Files.Count == 0)
            .Select(folder => folder.Name)
            .ToList();
        if (missing.Count > 0)
            throw await MissingAsync(missing, cancellationToken);
        return new(
            (await csvs).Select(file => file.Name).ToHashSet(StringComparer.Ordinal),
            (await images).ToDictionary(file => file.Path[$"{ImageType}/images/".Length..], StringComparer.Ordinal)
        );
    }

    private async Task<WorkspaceException> MissingAsync(List<string> missing, CancellationToken cancellationToken)
    {
        var there = await files.ListFoldersAsync("", cancellationToken);
        var nearest = there.Contains(ImageType, StringComparer.Ordinal) ? null : NearestName.Find(ImageType, there);
        return new WorkspaceException(
            $"DATASTORES.{datastore}: {files.Description} holds nothing in {string.Join(" and ", missing)}; the images must be "
                + $"in {ImageType}/images and the CSV files in {ImageType}/datasets. "
                + (there.Count == 0 ? "It holds no folder at all. " : $"It holds the folders {string.Join(", ", there)}. ")
                + (nearest is null ? "" : $"Did you mean --set=IMAGE_TYPE={nearest}?{NearestName.Difference(ImageType, nearest)} ")
                + "Copy a dataset there: dotnet cake --target=Upload-Dataset --from=FOLDER, with the same --exp-config."
        );
    }

    /// <summary>Reads an image's size, one piece of the file per request, until the header is found.</summary>
    private async Task<ImageReading> ReadHeaderAsync(StoredFile image, CancellationToken cancellationToken)
    {
        var pieces = new List<(long Start, byte[] Bytes)>();
        var length = image.Length;
        long? wanted = 0;
        var reading = ImageReading.Unreadable;
        while (wanted is { } position && position < length)
        {
            var read = await files.ReadAsync(image.Path, position, HeaderBytes, cancellationToken);
            if (read.Length < Math.Min(HeaderBytes, length - position))
                length = position + read.Length; // The file was replaced by a shorter one after the listing.
            pieces.Add((position, read));
            wanted = null;
            reading = ImageHeader.Read(
                (buffer, at) =>
                {
                    foreach (var (start, bytes) in pieces)
                    {
                        if (at < start || at >= start + bytes.Length)
                            continue;
                        var piece = bytes.AsSpan((int)(at - start));
                        // The requested bytes reach beyond this piece, and the file does not end there.
                        if (piece.Length < buffer.Length && start + bytes.Length < length)
                            continue;
                        piece = piece[..Math.Min(piece.Length, buffer.Length)];
                        piece.CopyTo(buffer);
                        return piece.Length;
                    }

                    wanted = at;
                    return 0;
                }
            );
        }

        return reading;
    }

    private static string Write(ImageReading reading) =>
        reading.Size is { } known ? $"{known.Width}x{known.Height}x{known.Orientation}"
        : reading.Fault is null ? "?"
        : $"!{reading.Fault}";

    private static ImageReading Parse(string text) =>
        text == "?" ? ImageReading.Unknown
        : text.StartsWith('!') ? new(null, text[1..])
        : text.Split('x') is [var width, var height, var orientation]
            ? new(new ImageSize(int.Parse(width), int.Parse(height), int.Parse(orientation)))
        : ImageReading.Unreadable;

    private sealed record Listing(HashSet<string> Csvs, Dictionary<string, StoredFile> Images)
    {
        public HashSet<string> ImageNames { get; } = Images.Keys.ToHashSet(StringComparer.Ordinal);
    }
}
