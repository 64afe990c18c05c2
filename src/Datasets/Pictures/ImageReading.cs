namespace Datasets.Pictures;

/// <summary>What reading an image showed.</summary>
/// <param name="Size">Null when the image has a fault, or when its header alone does not tell.</param>
/// <param name="Fault">Why the image cannot be used, as the rest of a sentence that begins with its name; null when it may be used.</param>
public sealed record ImageReading(ImageSize? Size, string? Fault = null)
{
    /// <summary>Pillow's limit of the pixels of one picture, which the trainer obeys.</summary>
    public const long MostPixels = 178_956_970;

    /// <summary>The image has a fault that its header shows.</summary>
    public static ImageReading Unreadable { get; } =
        new(null, "cannot be read as a picture (JPEG, PNG, BMP, GIF, WebP or TIFF); replace the file or remove its rows.");

    /// <summary>Only decoding tells whether the image can be used, and how large it is.</summary>
    public static ImageReading Unknown { get; } = new(Size: null);

    /// <summary>What is special about the image, as the trainer's decoder names it.</summary>
    public IReadOnlyList<string> Traits { get; init; } = [];

    /// <summary>Returns the reading of an image whose header states a size.</summary>
    public static ImageReading Of(ImageSize size) =>
        (long)size.Width * size.Height is > MostPixels and var pixels
            ? new(null, $"has {pixels} pixels; it must have at most {MostPixels}; make it smaller, or remove its rows.")
            : new(size);
}
