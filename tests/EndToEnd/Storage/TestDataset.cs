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

    /// <summary>Header of a picture of 8 x 6 pixels, and some bytes that differ from those of other pictures.</summary>
    public static byte[] Gif(string content) => [.. "GIF89a"u8, 8, 0, 6, 0, 0, 0, 0, .. System.Text.Encoding.UTF8.GetBytes(content)];

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
