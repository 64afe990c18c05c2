using System.Text;
using System.Text.Json;

namespace EndToEnd.Images;

/// <summary>Reads the layers of an image.</summary>
internal static class Layers
{
    /// <summary>Gets the digests of an image's layers, lowest first.</summary>
    public static IReadOnlyList<string> Of(JsonElement image) =>
        [.. image.GetProperty("RootFS").GetProperty("Layers").EnumerateArray().Select(layer => layer.GetString()!)];

    /// <summary>Returns whether the file contains the bytes of the text.</summary>
    public static bool Contains(string file, string text)
    {
        var sought = Encoding.UTF8.GetBytes(text);
        var buffer = new byte[1 << 20];
        using var stream = File.OpenRead(file);
        var kept = 0;
        while (stream.Read(buffer, kept, buffer.Length - kept) is > 0 and var read)
        {
            var filled = kept + read;
            if (buffer.AsSpan(0, filled).IndexOf(sought) >= 0)
                return true;
            // Two reads may split the text.
            kept = Math.Min(sought.Length - 1, filled);
            buffer.AsSpan(filled - kept, kept).CopyTo(buffer);
        }

        return false;
    }
}
