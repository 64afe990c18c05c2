namespace Datasets.Checks;

/// <summary>Where the files of one use case are read from: <c>{imageType}/datasets</c> and <c>{imageType}/images</c> of a datastore.</summary>
public interface IDatasetSource
{
    /// <summary>Use case: the folder in the datastore.</summary>
    string ImageType { get; }

    /// <summary>Names of the files in <c>datasets</c>; empty when there is no such folder.</summary>
    Task<IReadOnlySet<string>> ListCsvsAsync(CancellationToken cancellationToken);

    /// <summary>The bytes of a file in <c>datasets</c>.</summary>
    Task<byte[]> ReadCsvAsync(string name, CancellationToken cancellationToken);

    /// <summary>Names of the files in <c>images</c>; empty when there is no such folder.</summary>
    Task<IReadOnlySet<string>> ListImagesAsync(CancellationToken cancellationToken);

    /// <summary>Reads the headers of images that are there.</summary>
    /// <returns>The size of each, null for one that is no picture; null when reading them all would cost too much, so that boxes stay unchecked.</returns>
    Task<IReadOnlyDictionary<string, ImageSize?>?> ReadSizesAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken);

    /// <summary>A text for each image that changes when its bytes do.</summary>
    Task<IReadOnlyDictionary<string, string>> ReadDigestsAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken);
}
