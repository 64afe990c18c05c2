using System.Buffers.Binary;
using Datasets.Pictures;
using Datasets.Sources;
using Datasets.Stores;

namespace Datasets.Tests;

public sealed class StoredDatasetTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("stored-dataset-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>The size of a JPEG is found whatever the length of the segments before its frame.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(4000)]
    [InlineData(4074)]
    [InlineData(4083)]
    [InlineData(65_000)]
    public async Task ReadImagesAsync_FindsTheFrame_AfterSegmentsOfAnyLength(int before)
    {
        Write("images/a.jpg", Jpeg(before));
        Write("datasets/any.csv", []);

        var images = await Open().ReadImagesAsync(["a.jpg"], Stop);

        Assert.Equal(new ImageSize(640, 480), images!["a.jpg"].Size);
    }

    [Fact]
    public async Task ReadImagesAsync_ReportsAFault_WhenTheFrameIsIncomplete()
    {
        Write("images/a.jpg", Jpeg(5000)[..^4]);
        Write("images/b.jpg", []);
        Write("datasets/any.csv", []);

        var images = await Open().ReadImagesAsync(["a.jpg", "b.jpg"], Stop);

        Assert.Equal([ImageReading.Unreadable, ImageReading.Unreadable], [images!["a.jpg"], images["b.jpg"]]);
    }

    [Fact]
    public async Task ReadImagesAsync_ReportsAFault_WhenAFileWasReplacedByAShorterOne()
    {
        Write("images/a.jpg", Jpeg(65_000));
        Write("images/b.jpg", Jpeg(65_000));
        Write("datasets/any.csv", []);
        var dataset = Open();
        await dataset.ListImagesAsync(Stop);
        Write("images/a.jpg", Jpeg(65_000)[..4000]);
        Write("images/b.jpg", []);

        var images = await dataset.ReadImagesAsync(["a.jpg", "b.jpg"], Stop);

        Assert.Equal([ImageReading.Unreadable, ImageReading.Unreadable], [images!["a.jpg"], images["b.jpg"]]);
    }

    [Fact]
    public async Task ListTreeAsync_DescribesTheContentOfALink()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows allows links only to some users.");
        Write("images/a.jpg", Jpeg(100));
        File.CreateSymbolicLink(Path.Combine(folder, "road", "images", "b.jpg"), "a.jpg");

        var files = await new FolderFiles(folder).ListTreeAsync("road/images", Stop);

        Assert.Equal(["road/images/a.jpg", "road/images/b.jpg"], files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.Single(files.Select(file => (file.Length, file.Version)).Distinct());
    }

    [Fact]
    public async Task ReadImagesAsync_ReadsNoHeader_WhenThereAreTooManyImages()
    {
        var names = Enumerable.Range(0, StoredDataset.MostImages + 1).Select(index => $"{index}.jpg").ToList();

        Assert.Null(await Open().ReadImagesAsync(names, Stop));
    }

    private StoredDataset Open() => new(new FolderFiles(folder), "test_data", "road", new ContentCache(Path.Combine(folder, "cache.json")));

    private void Write(string path, byte[] bytes)
    {
        var file = Path.Combine(folder, "road", path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, bytes);
    }

    private static byte[] Jpeg(int before)
    {
        var application = new byte[before + 4];
        (application[0], application[1]) = (0xFF, 0xE1);
        BinaryPrimitives.WriteUInt16BigEndian(application.AsSpan(2), (ushort)(before + 2));
        return [0xFF, 0xD8, .. application, 0xFF, 0xC0, 0, 17, 8, 480 >> 8, 480 & 0xFF, 640 >> 8, 640 & 0xFF, 3];
    }
}
