namespace Datasets.Pictures;

/// <summary>Decodes images whole, by the reader of the trainer.</summary>
public interface IPictureDecoder
{
    /// <summary>Decodes images of a folder.</summary>
    /// <param name="folder">The folder of the images.</param>
    /// <param name="names">Their paths in it, with forward slashes.</param>
    /// <param name="cancellationToken">Stops decoding.</param>
    /// <returns>What each image showed; null when nothing decodes here, so that only headers are read.</returns>
    Task<IReadOnlyDictionary<string, ImageReading>?> DecodeAsync(
        string folder,
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    );
}
