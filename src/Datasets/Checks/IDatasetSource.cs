using Datasets.Pictures;

namespace Datasets.Checks;

/// <summary>Reads the files of one use case: <c>{imageType}/datasets</c> and <c>{imageType}/images</c> of a datastore.</summary>
public interface IDatasetSource
{
    /// <summary>The use case: a folder of the datastore.</summary>
    string ImageType { get; }

    /// <summary>Lists the names of the files in <c>datasets</c>; empty when the folder is missing.</summary>
    Task<IReadOnlySet<string>> ListCsvsAsync(CancellationToken cancellationToken);

    /// <summary>Reads the bytes of a file in <c>datasets</c>.</summary>
    Task<byte[]> ReadCsvAsync(string name, CancellationToken cancellationToken);

    /// <summary>Lists the names of the files in <c>images</c>; empty when the folder is missing.</summary>
    Task<IReadOnlySet<string>> ListImagesAsync(CancellationToken cancellationToken);

    /// <summary>Reads images that exist: their headers, or all their pixels.</summary>
    /// <returns>What each image showed; null when there are too many to read, so that boxes stay unchecked.</returns>
    Task<IReadOnlyDictionary<string, ImageReading>?> ReadImagesAsync(
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    );

    /// <summary>Returns the MD5 of each image: 32 hex digits, lower case; null where the store knows none.</summary>
    Task<IReadOnlyDictionary<string, string?>> ReadMd5Async(IReadOnlyCollection<string> names, CancellationToken cancellationToken);
}
