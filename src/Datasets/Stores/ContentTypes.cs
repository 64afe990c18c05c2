namespace Datasets.Stores;

/// <summary>The content type a file is stored with, so that a browser shows it.</summary>
internal static class ContentTypes
{
    public static string Of(string path) =>
        Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".JPG" or ".JPEG" => "image/jpeg",
            ".PNG" => "image/png",
            ".GIF" => "image/gif",
            ".BMP" => "image/bmp",
            ".CSV" => "text/csv",
            ".JSON" => "application/json",
            _ => "application/octet-stream",
        };
}
