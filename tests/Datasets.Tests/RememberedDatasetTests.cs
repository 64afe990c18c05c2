using System.Buffers.Binary;
using Datasets.Checks;
using Datasets.Sources;
using Experiments.Model;
using Experiments.Planning;
using Fixtures;

namespace Datasets.Tests;

public sealed class RememberedDatasetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public RememberedDatasetTests()
    {
        foreach (var split in new[] { "train", "test" })
        {
            Write($"data/pothole/images/{split}.png", Png(64, 48));
            WriteCsv(split, "1,2,30,40");
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Memory => Path.Combine(folder.Root, "memory", "checked.json");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Read_ReturnsTheSame_WhenNothingChanged()
    {
        var first = await ReadAsync();
        // Its content is read only when its size or time differ.
        SpoilButKeepSizeAndTime("data/pothole/images/train.png");

        var again = await ReadAsync();

        Assert.Equal(first.Hash, again.Hash);
        Assert.Equal((first.Train.Rows, first.TestCsv, first.BoxesChecked), (again.Train.Rows, again.TestCsv, again.BoxesChecked));
        Assert.Equal(first.Test.Boxes, again.Test.Boxes);
        Assert.Equal(first.Hash, (await ReadAsync(withHash: false)).Hash);
    }

    [Fact]
    public async Task Read_ReadsAgain_WhenAnImageOrARowChanged()
    {
        var first = await ReadAsync();
        Write("data/pothole/images/train.png", Png(64, 49));
        var second = await ReadAsync();
        WriteCsv("train", "1,2,30,41");
        var third = await ReadAsync();
        WriteCsv("train", "1,2,30,400");

        Assert.Distinct([first.Hash, second.Hash, third.Hash]);
        await Assert.ThrowsAsync<DatasetException>(() => ReadAsync());
    }

    [Fact]
    public async Task Read_RemembersNothing_WhenAFileWasWrittenJustBefore()
    {
        File.SetLastWriteTimeUtc(Path.Combine(folder.Root, "data/pothole/images/train.png"), DateTime.UtcNow);

        await ReadAsync();

        Assert.False(File.Exists(Memory));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"key\":7}")]
    public async Task Read_ReadsAgain_WhenTheMemoryIsDamaged(string text)
    {
        var first = await ReadAsync();
        await File.WriteAllTextAsync(Memory, text, Stop);

        Assert.Equal(first.Hash, (await ReadAsync()).Hash);
    }

    [Fact]
    public async Task Read_RemembersTheValidationSplit_AndReadsAgain_WhenItChanged()
    {
        Write("data/pothole/images/check.png", Png(64, 48));
        WriteCsv("check", "1,2,30,40");
        var settings = new DataSettings { ValidationCsv = "check_pothole_240102030405.csv" };
        var first = await ReadAsync(settings: settings);
        SpoilButKeepSizeAndTime("data/pothole/images/train.png");

        var again = await ReadAsync(settings: settings);
        WriteCsv("check", "1,2,30,41");
        var changed = await ReadAsync(settings: settings);

        Assert.Equal((first.Hash, first.ValidationHash), (again.Hash, again.ValidationHash));
        Assert.Equal(("check_pothole_240102030405.csv", 1), (again.Validation?.Csv, again.Validation?.Images));
        Assert.NotEqual(first.ValidationHash, changed.ValidationHash);
        Assert.Null((await ReadAsync()).Validation);
    }

    private Task<DatasetSummary> ReadAsync(bool withHash = true, DataSettings? settings = null) =>
        new RememberedDataset(new FolderDataset(Path.Combine(folder.Root, "data"), "pothole"), Memory, TimeProvider.System).ReadAsync(
            Experiment.LatestCsv,
            Experiment.LatestCsv,
            settings ?? new DataSettings(),
            withHash,
            Stop
        );

    private void WriteCsv(string split, string box) =>
        Write(
            $"data/pothole/datasets/{split}_pothole_240102030405.csv",
            System.Text.Encoding.UTF8.GetBytes($"filename,xmin,ymin,xmax,ymax,class\n{split}.png,{box},pothole\n")
        );

    // Long before the test, so that the clock's resolution does not matter.
    private void Write(string path, byte[] bytes)
    {
        var file = folder.Write(path, bytes);
        File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(bytes[^1] + bytes[23]));
    }

    private void SpoilButKeepSizeAndTime(string path)
    {
        var file = Path.Combine(folder.Root, path);
        var written = File.GetLastWriteTimeUtc(file);
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        File.SetLastWriteTimeUtc(file, written);
    }

    private static byte[] Png(int width, int height)
    {
        byte[] bytes = [0x89, .. "PNG\r\n"u8, 0x1a, .. "\n"u8, 0, 0, 0, 13, .. "IHDR"u8, .. new byte[8], 8, 2, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
        return bytes;
    }
}
