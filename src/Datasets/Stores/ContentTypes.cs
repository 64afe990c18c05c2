namespace Datasets.Stores;

/// <summary>Returns the content type of a file by its extension, so that a browser displays it.</summary>
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
