using System.Buffers.Binary;

namespace Datasets.Checks;

/// <summary>
/// Width and height of the stored pixels of an image, and its EXIF orientation, read from the header of its file.
/// </summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Orientation">From 1 to 8; 1 is upright.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public readonly record struct ImageSize(int Width, int Height, int Orientation = 1)
{
    /// <summary>Bytes that hold the header of every format but JPEG, which has segments.</summary>
    private const int HeaderBytes = 64;

    /// <summary>The size of the picture turned upright.</summary>
    public ImageSize Upright => Orientation >= 5 ? new(Height, Width, Orientation) : this;

    /// <summary>Returns whether another size is the same in pixels.</summary>
    public bool HasSides((double Width, double Height) sides) => sides == (Width, Height);

    /// <summary>Reads bytes of a file into a buffer.</summary>
    /// <returns>The number of bytes read; fewer than requested at the end of the file.</returns>
    public delegate int ReadAt(Span<byte> buffer, long position);

    /// <summary>Reads the size; null when the file is not a JPEG, PNG, BMP or GIF.</summary>
    public static ImageSize? Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return Read((buffer, position) => RandomAccess.Read(file, buffer, position));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads the size from bytes that are read on demand.</summary>
    public static ImageSize? Read(ReadAt read)
    {
        ArgumentNullException.ThrowIfNull(read);
        Span<byte> header = stackalloc byte[HeaderBytes];
        header = header[..read(header, 0)];
        var size = header switch
        {
            [0xFF, 0xD8, ..] => Jpeg(read),
            [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Png(header),
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => Gif(header),
            [(byte)'B', (byte)'M', ..] => Bmp(header),
            _ => null,
        };
        return size is { Width: > 0, Height: > 0 } known ? known with { Orientation = ExifOrientation.Read(read) } : null;
    }

    private static ImageSize? Png(ReadOnlySpan<byte> header) =>
        header.Length < 24 || !header[12..16].SequenceEqual("IHDR"u8)
            ? null
            : new(BinaryPrimitives.ReadInt32BigEndian(header[16..]), BinaryPrimitives.ReadInt32BigEndian(header[20..]));

    private static ImageSize? Gif(ReadOnlySpan<byte> header) =>
        header.Length < 10
            ? null
            : new(BinaryPrimitives.ReadUInt16LittleEndian(header[6..]), BinaryPrimitives.ReadUInt16LittleEndian(header[8..]));

    private static ImageSize? Bmp(ReadOnlySpan<byte> header)
    {
        if (header.Length < 26)
            return null;
        // The OS/2 header of 12 bytes has 16-bit sizes. In the others a negative height says that rows run from top to bottom.
        if (BinaryPrimitives.ReadInt32LittleEndian(header[14..]) == 12)
            return new(BinaryPrimitives.ReadUInt16LittleEndian(header[18..]), BinaryPrimitives.ReadUInt16LittleEndian(header[20..]));
        var height = BinaryPrimitives.ReadInt32LittleEndian(header[22..]);
        return height == int.MinValue ? null : new(BinaryPrimitives.ReadInt32LittleEndian(header[18..]), Math.Abs(height));
    }

    /// <summary>
    /// Follows the segments to the start of frame. Segments before it (EXIF with a thumbnail, colour profiles) are skipped unread.
    /// </summary>
    private static ImageSize? Jpeg(ReadAt readAt)
    {
        Span<byte> segment = stackalloc byte[9];
        long position = 2;
        while (readAt(segment, position) is var read and >= 4 && segment[0] == 0xFF)
        {
            var marker = segment[1];
            if (marker == 0xFF)
            {
                // A fill byte before a marker.
                position++;
                continue;
            }
            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                position += 2;
                continue;
            }
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return read < 9
                    ? null
                    : new(BinaryPrimitives.ReadUInt16BigEndian(segment[7..]), BinaryPrimitives.ReadUInt16BigEndian(segment[5..]));
            }

            if (marker is 0xD9 or 0xDA)
                return null;
            position += 2 + BinaryPrimitives.ReadUInt16BigEndian(segment[2..]);
        }
        return null;
    }
}
