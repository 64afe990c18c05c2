namespace Datasets.Stores;

/// <summary>Returns the content type of a file by its extension, so that a browser displays it.</summary>
internal static class ContentTypes
{
    public static string Of(string path) =>
        Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".JPG" or ".JPEG" or ".JPE" or ".JFIF" => "image/jpeg",
            ".PNG" => "image/png",
            ".GIF" => "image/gif",
            ".BMP" => "image/bmp",
            ".WEBP" => "image/webp",
            ".TIF" or ".TIFF" => "image/tiff",
            ".CSV" => "text/csv",
            ".JSON" => "application/json",
            _ => "application/octet-stream",
        };
}
