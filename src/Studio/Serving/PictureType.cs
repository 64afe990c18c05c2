namespace Studio.Serving;

/// <summary>Recognizes pictures by their content: a job chooses the names of its files.</summary>
internal static class PictureType
{
    /// <summary>Returns the content type of a picture that a browser may show; null for anything else. The stream is put back.</summary>
    public static string? Of(Stream stream)
    {
        Span<byte> head = stackalloc byte[12];
        stream.Position = 0;
        var count = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        ReadOnlySpan<byte> start = head[..count];
        return start is [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ..] ? "image/png"
            : start is [0xff, 0xd8, 0xff, ..] ? "image/jpeg"
            : start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8) ? "image/gif"
            : start.StartsWith("RIFF"u8) && start.Length == 12 && start[8..].SequenceEqual("WEBP"u8) ? "image/webp"
            : null;
    }
}
