using System.Buffers.Binary;

namespace Datasets.Pictures;

/// <summary>
/// Reads the EXIF orientation of a picture: where its first row and column are, seen upright. The trainer reads it by the same steps
/// (detection/data/exif.py), so that both see every file alike, damaged ones too. Source: CIPA DC-008 (Exif 2.32), section 4.6.4.
/// </summary>
internal static class ExifOrientation
{
    /// <summary>The orientation of a picture that is stored upright, or has none.</summary>
    public const int Upright = 1;

    private const int Tag = 0x0112;
    private const int Short = 3;

    /// <summary>The longest EXIF chunk of a PNG that is read, in bytes; a JPEG's segment is no longer.</summary>
    private const int MostBytes = 1 << 16;

    /// <summary>Returns the orientation of a JPEG, PNG, WebP or TIFF, 1 to 8; 1 for another value or format, and a damaged file.</summary>
    public static int Read(ImageHeader.ReadAt read)
    {
        ArgumentNullException.ThrowIfNull(read);
        Span<byte> head = stackalloc byte[8];
        head = head[..read(head, 0)];
        return head switch
        {
            [0xFF, 0xD8, ..] => OfJpeg(read),
            [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A] => OfPng(read),
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] => OfWebP(read),
            [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..] => new Tiff(read, 0, long.MaxValue).Orientation(),
            _ => Upright,
        };
    }

    // The EXIF chunk, which some programs begin as a JPEG's segment.
    private static int OfWebP(ImageHeader.ReadAt read)
    {
        Span<byte> head = stackalloc byte[8];
        Span<byte> start = stackalloc byte[6];
        if (read(head[..4], 8) < 4 || !head[..4].SequenceEqual("WEBP"u8))
            return Upright;
        long position = 12;
        while (read(head, position) == 8)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            if (head[..4].SequenceEqual("EXIF"u8))
            {
                var bytes = Math.Min(length, MostBytes);
                return bytes >= 6 && read(start, position + 8) == 6 && start.SequenceEqual("Exif\0\0"u8)
                    ? new Tiff(read, position + 14, bytes - 6).Orientation()
                    : new Tiff(read, position + 8, bytes).Orientation();
            }

            position += 8L + length + (length % 2);
        }

        return Upright;
    }

    // The first EXIF segment before the frame.
    private static int OfJpeg(ImageHeader.ReadAt read)
    {
        Span<byte> head = stackalloc byte[10];
        long position = 2;
        while (read(head, position) is var count and >= 4 && head[0] == 0xFF)
        {
            var marker = head[1];
            var length = BinaryPrimitives.ReadUInt16BigEndian(head[2..]);
            if (marker == 0xFF)
                position++;
            else if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
                position += 2;
            else if (marker is 0xD9 or 0xDA or (>= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC)))
                return Upright;
            else if (marker == 0xE1 && length >= 8 && count == 10 && head[4..].SequenceEqual("Exif\0\0"u8))
                return new Tiff(read, position + 10, length - 8).Orientation();
            else
                position += 2 + length;
        }

        return Upright;
    }

    // The EXIF chunk before the image data.
    private static int OfPng(ImageHeader.ReadAt read)
    {
        Span<byte> head = stackalloc byte[8];
        long position = 8;
        while (read(head, position) == 8)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(head);
            if (head[4..].SequenceEqual("IDAT"u8) || head[4..].SequenceEqual("IEND"u8))
                return Upright;
            if (head[4..].SequenceEqual("eXIf"u8))
                return new Tiff(read, position + 8, Math.Min(length, MostBytes)).Orientation();
            position += 12L + length;
        }

        return Upright;
    }

    private readonly struct Tiff(ImageHeader.ReadAt read, long start, long length)
    {
        public int Orientation()
        {
            Span<byte> order = stackalloc byte[4];
            if (length < 4 || read(order, start) < 4)
                return Upright;
            if (order.SequenceEqual("II*\0"u8))
                return Orientation(isLittle: true);
            return order.SequenceEqual("MM\0*"u8) ? Orientation(isLittle: false) : Upright;
        }

        private int Orientation(bool isLittle)
        {
            var directory = Number(4, 4, isLittle);
            var entries = Number(directory, 2, isLittle);
            for (var entry = 0; entry < entries; entry++)
            {
                var at = directory + 2 + (12L * entry);
                if (at + 12 > length || !Exists(at + 11))
                    break;
                if (Number(at, 2, isLittle) != Tag)
                    continue;
                var isOne = Number(at + 2, 2, isLittle) == Short && Number(at + 4, 4, isLittle) == 1;
                return isOne && Number(at + 8, 2, isLittle) is >= 1 and <= 8 and var value ? (int)value : Upright;
            }

            return Upright;
        }

        private bool Exists(long at)
        {
            Span<byte> one = stackalloc byte[1];
            return read(one, start + at) == 1;
        }

        // Zero beyond the end, as in the trainer.
        private long Number(long at, int size, bool isLittle)
        {
            Span<byte> bytes = stackalloc byte[4];
            bytes = bytes[..size];
            if (at + size > length || read(bytes, start + at) < size)
                return 0;
            if (isLittle)
                bytes.Reverse();
            return size == 2 ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }
    }
}
