using System.Globalization;
using Datasets.Stores;

namespace Datasets.Pictures;

/// <summary>
/// Decodes only the images that changed since they were decoded last: those of another size or time, or by another version of the decoder.
/// </summary>
/// <param name="decoder">Decodes.</param>
/// <param name="version">Identifies the decoder, such as a hash of its sources.</param>
/// <param name="memory">The file that remembers.</param>
/// <param name="time">The clock.</param>
public sealed class RememberedPictures(IPictureDecoder decoder, string version, ContentCache memory, TimeProvider time) : IPictureDecoder
{
    // Some file systems know only even seconds: a file may be written again within them, with the same size.
    private static readonly TimeSpan ClockResolution = TimeSpan.FromSeconds(2);

    /// <summary>The most bytes to decode; null for no limit.</summary>
    public long? MostBytes { get; init; }

    /// <summary>The bytes that were too many to decode; null when all images were decoded.</summary>
    public long? TooManyBytes { get; private set; }

    /// <summary>The number of images that were decoded, and not remembered.</summary>
    public int Decoded { get; private set; }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, ImageReading>?> DecodeAsync(
        string folder,
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(names);
        var now = time.GetUtcNow().UtcDateTime;
        var readings = new Dictionary<string, ImageReading>(StringComparer.Ordinal);
        var missing = new Dictionary<string, (string Version, bool IsOld)>(StringComparer.Ordinal);
        long bytes = 0;
        foreach (var name in names)
        {
            var file = new FileInfo(Path.Combine(folder, name));
            // The time of a link is not that of its content.
            var target = file.LinkTarget is null ? file : (FileInfo)file.ResolveLinkTarget(returnFinalTarget: true)!;
            var state = $"{LocalFile.VersionOf(target)}-{version}";
            if (memory.Find(name, state) is { } known && Parse(known) is { } reading)
            {
                readings[name] = reading;
                continue;
            }

            missing[name] = (state, target.LastWriteTimeUtc < now - ClockResolution);
            bytes += target.Length;
        }

        if (missing.Count > 0)
        {
            if (bytes > MostBytes)
            {
                TooManyBytes = bytes;
                return null;
            }

            if (await decoder.DecodeAsync(folder, missing.Keys, cancellationToken) is not { } decoded)
                return null;
            foreach (var (name, reading) in decoded)
            {
                readings[name] = reading;
                if (missing[name].IsOld)
                    memory.Set(name, missing[name].Version, Write(reading));
            }

            Decoded = decoded.Count;
        }

        memory.Save();
        return readings;
    }

    private static string Write(ImageReading reading) =>
        reading.Size is { } size
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{size.Width}x{size.Height}x{size.Orientation}x{string.Join(' ', reading.Traits)}"
            )
            : $"!{reading.Fault}";

    private static ImageReading? Parse(string text)
    {
        if (text.StartsWith('!'))
            return new(null, text[1..]);
        return
            text.Split('x', 4) is [var width, var height, var orientation, var traits]
            && int.TryParse(width, CultureInfo.InvariantCulture, out var columns)
            && int.TryParse(height, CultureInfo.InvariantCulture, out var rows)
            && int.TryParse(orientation, CultureInfo.InvariantCulture, out var turned)
            ? new ImageReading(new ImageSize(columns, rows, turned)) { Traits = traits.Split(' ', StringSplitOptions.RemoveEmptyEntries) }
            : null;
    }
}
