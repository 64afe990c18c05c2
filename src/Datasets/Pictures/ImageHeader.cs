using System.Buffers.Binary;

namespace Datasets.Pictures;

/// <summary>
/// Reads the size of an image from the header of its file. It refuses only what the trainer refuses too: where a header alone cannot
/// decide,
/// the reading is <see cref="ImageReading.Unknown"/>.
/// </summary>
public static class ImageHeader
{
    /// <summary>Bytes that hold the header of every format but JPEG, GIF and TIFF, which have segments.</summary>
    private const int HeaderBytes = 64;

    private const int Short = 3;
    private const int Long = 4;

    /// <summary>Reads bytes of a file into a buffer.</summary>
    /// <returns>The number of bytes read; fewer than requested at the end of the file.</returns>
    public delegate int ReadAt(Span<byte> buffer, long position);

    /// <summary>Reads the header of a file.</summary>
    public static ImageReading Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return Read((buffer, position) => RandomAccess.Read(file, buffer, position));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ImageReading.Unreadable;
        }
    }

    /// <summary>Reads a header from bytes that are read on demand.</summary>
    public static ImageReading Read(ReadAt read)
    {
        ArgumentNullException.ThrowIfNull(read);
        Span<byte> header = stackalloc byte[HeaderBytes];
        header = header[..read(header, 0)];
        var found = header switch
        {
            [0xFF, 0xD8, 0xFF, ..] => Jpeg(read),
            [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Png(header),
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => Gif(read, header),
            [(byte)'B', (byte)'M', ..] => Bmp(header),
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] => WebP(header),
            [(byte)'I', (byte)'I', 42, 0, ..] => Tiff(read, isLittle: true),
            [(byte)'M', (byte)'M', 0, 42, ..] => Tiff(read, isLittle: false),
            // Rare kinds of TIFF.
            [(byte)'I', (byte)'I', ..] or [(byte)'M', (byte)'M', ..] => ImageReading.Unknown,
            _ => ImageReading.Unreadable,
        };
        return found.Size is { } size ? ImageReading.Of(size with { Orientation = ExifOrientation.Read(read) }) : found;
    }

    private static ImageReading Sized(long width, long height) =>
        width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue
            ? new(new ImageSize((int)width, (int)height))
            : ImageReading.Unknown;

    private static ImageReading Png(ReadOnlySpan<byte> header)
    {
        if (header.Length < 24)
            return ImageReading.Unreadable;
        return header[12..16].SequenceEqual("IHDR"u8)
            ? Sized(BinaryPrimitives.ReadUInt32BigEndian(header[16..]), BinaryPrimitives.ReadUInt32BigEndian(header[20..]))
            : ImageReading.Unknown;
    }

    /// <summary>The first frame may reach beyond the screen of the header; the picture is as large as both.</summary>
    private static ImageReading Gif(ReadAt read, ReadOnlySpan<byte> header)
    {
        if (header.Length < 13)
            return ImageReading.Unreadable;
        var (width, height) = (BinaryPrimitives.ReadUInt16LittleEndian(header[6..]), BinaryPrimitives.ReadUInt16LittleEndian(header[8..]));
        // A colour table follows where the flags say so.
        long position = 13 + ((header[10] & 0x80) == 0 ? 0 : 3 << ((header[10] & 7) + 1));
        Span<byte> block = stackalloc byte[9];
        while (read(block[..1], position) == 1)
        {
            if (block[0] == ',')
            {
                if (read(block[..8], position + 1) < 8)
                    return ImageReading.Unreadable;
                return Sized(
                    Math.Max(width, BinaryPrimitives.ReadUInt16LittleEndian(block) + BinaryPrimitives.ReadUInt16LittleEndian(block[4..])),
                    Math.Max(
                        height,
                        BinaryPrimitives.ReadUInt16LittleEndian(block[2..]) + BinaryPrimitives.ReadUInt16LittleEndian(block[6..])
                    )
                );
            }

            if (block[0] != '!')
                return ImageReading.Unknown;
            position += 2;
            while (read(block[..1], position) == 1 && block[0] != 0)
                position += 1 + block[0];
            position++;
        }

        return ImageReading.Unknown;
    }

    private static ImageReading Bmp(ReadOnlySpan<byte> header)
    {
        if (header.Length < 26)
            return ImageReading.Unreadable;
        // The OS/2 header of 12 bytes has 16-bit sizes. In the others a negative height says that rows run from top to bottom.
        if (BinaryPrimitives.ReadInt32LittleEndian(header[14..]) == 12)
            return Sized(BinaryPrimitives.ReadUInt16LittleEndian(header[18..]), BinaryPrimitives.ReadUInt16LittleEndian(header[20..]));
        var height = BinaryPrimitives.ReadInt32LittleEndian(header[22..]);
        return Sized(BinaryPrimitives.ReadUInt32LittleEndian(header[18..]), Math.Abs((long)height));
    }

    private static ImageReading WebP(ReadOnlySpan<byte> header)
    {
        if (header.Length < 30)
            return ImageReading.Unknown;
        if (!header[8..12].SequenceEqual("WEBP"u8))
            return ImageReading.Unreadable;
        var chunk = header[12..16];
        if (chunk.SequenceEqual("VP8X"u8))
            return Sized(1 + Number(header[24..27]), 1 + Number(header[27..30]));
        if (chunk.SequenceEqual("VP8L"u8))
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(header[21..]);
            return Sized(1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF));
        }

        return chunk.SequenceEqual("VP8 "u8)
            ? Sized(
                BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) & 0x3FFF,
                BinaryPrimitives.ReadUInt16LittleEndian(header[28..]) & 0x3FFF
            )
            : ImageReading.Unknown;

        static long Number(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
    }

    private static ImageReading Tiff(ReadAt read, bool isLittle)
    {
        long? width = null;
        long? height = null;
        Span<byte> entry = stackalloc byte[12];
        if (Number(read, 4, 4, isLittle) is not { } directory || Number(read, directory, 2, isLittle) is not { } entries)
            return ImageReading.Unknown;
        for (var index = 0; index < entries; index++)
        {
            var at = directory + 2 + (12L * index);
            if (read(entry, at) < 12)
                return ImageReading.Unknown;
            var tag = Number(read, at, 2, isLittle);
            if (tag is not (256 or 257))
                continue;
            var kind = Number(read, at + 2, 2, isLittle);
            if (kind is not (Short or Long) || Number(read, at + 4, 4, isLittle) is not 1)
                return ImageReading.Unknown;
            ref var side = ref tag == 256 ? ref width : ref height;
            if (side is not null)
                return ImageReading.Unknown;
            side = Number(read, at + 8, kind == Short ? 2 : 4, isLittle);
        }

        return (width, height) is ({ } columns, { } rows) ? Sized(columns, rows) : ImageReading.Unknown;
    }

    private static long? Number(ReadAt read, long at, int size, bool isLittle)
    {
        Span<byte> bytes = stackalloc byte[4];
        bytes = bytes[..size];
        if (read(bytes, at) < size)
            return null;
        if (isLittle)
            bytes.Reverse();
        return size == 2 ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>
    /// Follows the segments to the start of frame. Segments before it (EXIF with a thumbnail, colour profiles) are skipped unread.
    /// </summary>
    private static ImageReading Jpeg(ReadAt readAt)
    {
        Span<byte> segment = stackalloc byte[9];
        long position = 2;
        while (readAt(segment, position) is var read and >= 4)
        {
            var (marker, length) = (segment[1], BinaryPrimitives.ReadUInt16BigEndian(segment[2..]));
            // The trainer skips bytes between segments in ways of its own.
            if (segment[0] != 0xFF || marker == 0xD9)
                return ImageReading.Unknown;
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
                    ? ImageReading.Unreadable
                    : Sized(BinaryPrimitives.ReadUInt16BigEndian(segment[7..]), BinaryPrimitives.ReadUInt16BigEndian(segment[5..]));
            }

            if (marker == 0xDA)
                return ImageReading.Unreadable;
            if (length < 2)
                return ImageReading.Unknown;
            position += 2 + length;
        }
        return ImageReading.Unreadable;
    }
}
