namespace EndToEnd.Storage;

/// <summary>A small valid dataset in its own folder, in the datastore layout.</summary>
internal sealed class TestDataset : IDisposable
{
    public const string ImageType = "road";

    public const string Model = "faster_rcnn_tiny";

    /// <param name="images">Images of the training split; the test split has one.</param>
    public TestDataset(int images = 3)
    {
        Images = [.. Enumerable.Range(0, images).Select(index => $"{index:D3}.gif")];
        foreach (var name in Images.Append("test.gif"))
            Write($"{ImageType}/images/{name}", Gif(name));
        WritePair("240102030405");
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("storage-test-").FullName;

    public IReadOnlyList<string> Images { get; }

    /// <summary>A picture of 8 x 6 pixels, with a comment that differs from those of other pictures.</summary>
    public static byte[] Gif(string content)
    {
        // Codes of 8 bits: clear, 48 pixels of the first of 128 colours, end.
        byte[] pixels = [0x80, .. new byte[48], 0x81];
        var comment = System.Text.Encoding.UTF8.GetBytes(content);
        return
        [
            .. "GIF89a"u8,
            .. new byte[] { 8, 0, 6, 0, 0xF6, 0, 0 },
            .. new byte[128 * 3],
            .. new byte[] { 0x21, 0xFE, (byte)comment.Length },
            .. comment,
            .. new byte[] { 0, 0x2C, 0, 0, 0, 0, 8, 0, 6, 0, 0, 7, (byte)pixels.Length },
            .. pixels,
            .. new byte[] { 0, 0x3B },
        ];
    }

    public void WritePair(string stamp)
    {
        const string Header = "filename,xmin,ymin,xmax,ymax,class\n";
        Write(
            $"{ImageType}/datasets/train_{ImageType}_{stamp}.csv",
            Header + string.Concat(Images.Select(name => $"{name},0,0,4,4,pothole\n"))
        );
        Write($"{ImageType}/datasets/test_{ImageType}_{stamp}.csv", Header + "test.gif,0,0,8,6,pothole\n");
    }

    public void Write(string path, string text) => Write(path, System.Text.Encoding.UTF8.GetBytes(text));

    public void Write(string path, byte[] bytes)
    {
        var file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>Every file by its path in the datastore.</summary>
    public IReadOnlyList<string> Files =>
        [
            .. Directory
                .EnumerateFiles(Root, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
                .Order(StringComparer.Ordinal),
        ];

    public byte[] Read(string path) => File.ReadAllBytes(Path.Combine(Root, path));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
