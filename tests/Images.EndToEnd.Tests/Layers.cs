using System.Text;
using System.Text.Json;

namespace Images.EndToEnd.Tests;

/// <summary>What an image is made of.</summary>
internal static class Layers
{
    /// <summary>The digests of an image's layers, the lowest first.</summary>
    public static IReadOnlyList<string> Of(JsonElement image) =>
        [.. image.GetProperty("RootFS").GetProperty("Layers").EnumerateArray().Select(layer => layer.GetString()!)];

    /// <summary>Whether the bytes of the text are anywhere in the file.</summary>
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
            // The text may lie across two reads.
            kept = Math.Min(sought.Length - 1, filled);
            buffer.AsSpan(filled - kept, kept).CopyTo(buffer);
        }

        return false;
    }
}
