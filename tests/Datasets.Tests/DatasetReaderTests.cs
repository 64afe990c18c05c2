using Datasets.Checks;
using Datasets.Sources;
using Experiments.Model;
using Experiments.Planning;
using Fixtures;

namespace Datasets.Tests;

public sealed class DatasetReaderTests : IDisposable
{
    private readonly TemporaryFolder datastore = new();

    public void Dispose() => datastore.Dispose();

    [Fact]
    public async Task ReadAsync_CountsImagesAndBoxesPerClass()
    {
        WriteDataset(
            "a.gif,0,0,4,4,crack\na.gif,0,0,2,2,pothole\na.gif,1,1,2,2,crack\nb.gif,,,,,\n",
            "c.gif,0,0,8,6,pothole\nc.gif,0,0,8,6,crack\n"
        );

        var summary = await ReadAsync(BadRows.Fail);

        Assert.Equal(("train_road_240102030405.csv", "test_road_240102030405.csv"), (summary.TrainCsv, summary.TestCsv));
        Assert.Equal((4, 2, 1), (summary.Train.Rows, summary.Train.Images, summary.Train.EmptyImages));
        Assert.Equal([new("crack", 2), new("pothole", 1)], summary.Train.Boxes);
        Assert.Equal([new("crack", 1), new("pothole", 1)], summary.Test.Boxes);
    }

    [Fact]
    public async Task ReadAsync_NamesEveryRowLeftOut_WhenBadRowsAreDropped()
    {
        WriteDataset(
            "a.gif,0,0,4,4,pothole\nx.gif,0,0,2,2,pothole\nx.gif,1,1,2,2,pothole\nc.gif,0,0,1,1,pothole\na.gif,0,0,4,4,crack\n",
            "c.gif,0,0,8,6,pothole\n"
        );

        var summary = await ReadAsync(BadRows.Drop);

        Assert.Equal(
            [
                "road/datasets/train_road_240102030405.csv(3): left out: image 'x.gif' is not in road/images; it must be there, "
                    + "or the row removed.",
                "road/datasets/train_road_240102030405.csv(4): left out: image 'x.gif' is not in road/images; it must be there, "
                    + "or the row removed.",
                "road/datasets/train_road_240102030405.csv(5): left out: image 'c.gif' is in both splits; it must be in one "
                    + "(also at road/datasets/test_road_240102030405.csv(2)).",
                "road/datasets/train_road_240102030405.csv(6): left out: class 'crack' is only in the training split; it must "
                    + "be in both splits.",
            ],
            summary.DroppedRows.Select(row => row.ToString())
        );
    }

    [Fact]
    public async Task ReadAsync_SaysThatAFileIsNotUtf8_WhenItIsLatin1()
    {
        WriteDataset("a.gif,0,0,4,4,pothole\n", "c.gif,0,0,8,6,pothole\n");
        datastore.Write(
            "road/datasets/test_road_240102030405.csv",
            System.Text.Encoding.Latin1.GetBytes("filename,xmin,ymin,xmax,ymax,class\nc.gif,0,0,1,1,straße\n")
        );

        var error = await Assert.ThrowsAsync<DatasetException>(() => ReadAsync(BadRows.Fail));

        Assert.Equal(
            ["road/datasets/test_road_240102030405.csv(1): is not UTF-8; save the file as UTF-8."],
            error.Faults.Select(fault => fault.ToString())
        );
    }

    [Fact]
    public async Task ReadAsync_ChangesTheHash_WhenOneByteOfAnImageChanges()
    {
        WriteDataset("a.gif,0,0,4,4,pothole\n", "c.gif,0,0,8,6,pothole\n");
        var before = (await ReadAsync(BadRows.Fail)).Hash;
        datastore.Write("road/images/a.gif", [.. Gif, 1]);

        Assert.NotEqual(before, (await ReadAsync(BadRows.Fail)).Hash);
    }

    [Fact]
    public async Task ReadAsync_HasNoHash_WhenNoneIsAskedFor()
    {
        WriteDataset("a.gif,0,0,4,4,pothole\n", "c.gif,0,0,8,6,pothole\n");

        Assert.Null((await ReadAsync(BadRows.Fail, withHash: false)).Hash);
    }

    [Fact]
    public async Task ReadEveryPairAsync_ReportsTheFaultsOfEveryPair_WhenAnOlderOneIsFaultyToo()
    {
        WriteDataset("a.gif,0,0,4,4,pothole\n", "c.gif,0,0,8,6,pothole\nb.gif,0,0,9,6,pothole\n");
        datastore.Write("road/datasets/train_road_230102030405.csv", "filename,xmin,ymin,xmax,ymax,class\na.gif,0,0,4,4,pothole\n");
        datastore.Write("road/datasets/test_road_230102030405.csv", "filename,xmin,ymin,xmax,ymax,class\na.gif,0,0,4,4,pothole\n");
        datastore.Write("road/datasets/train_road_220102030405.csv", "no pair");

        var error = await Assert.ThrowsAsync<DatasetException>(() =>
            DatasetReader.ReadEveryPairAsync(
                new FolderDataset(datastore.Root, "road"),
                "latest",
                "latest",
                new DataSettings { OnBadRows = BadRows.Fail },
                TestContext.Current.CancellationToken
            )
        );

        Assert.Equal(
            [
                "road/datasets/test_road_240102030405.csv(3): image 'b.gif': box 0,0,9,6 reaches outside the image of 8 x 6 "
                    + "pixels; it must be within 0,0,8,6.",
                "road/datasets/test_road_230102030405.csv(2): image 'a.gif' is in both splits; it must be in one (also at "
                    + "road/datasets/train_road_230102030405.csv(2)).",
            ],
            error.Faults.Select(fault => fault.ToString())
        );
    }

    [Fact]
    public async Task ListImagesAsync_TakesNamesAndLinksAsTheyAre()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows allows none of these names, and links only to some users.");
        var images = datastore.Write(@"road/images/a\b.gif", Gif);
        images = Path.GetDirectoryName(images)!;
        datastore.Write("road/images/sub/deep/c.gif", Gif);
        File.CreateSymbolicLink(Path.Combine(images, "circle.gif"), "circle.gif");
        File.CreateSymbolicLink(Path.Combine(images, "broken.gif"), "nothing");
        File.CreateSymbolicLink(Path.Combine(images, "same.gif"), @"a\b.gif");
        Directory.CreateSymbolicLink(Path.Combine(images, "up"), "..");

        var found = await new FolderDataset(datastore.Root, "road").ListImagesAsync(TestContext.Current.CancellationToken);

        Assert.Equal([@"a\b.gif", "same.gif", "sub/deep/c.gif"], found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ListAsync_SkipsPipesSocketsAndDevices_AsTheTrainerDoes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has none of them in folders.");
        datastore.Write("road/images/empty.gif", []);
        datastore.Write("road/datasets/empty.csv", []);
        const string Make =
            "import os, socket, sys; os.chdir(sys.argv[1]); os.mkfifo('pipe'); os.symlink('/dev/zero', 'device'); "
            + "os.symlink('pipe', 'link'); socket.socket(socket.AF_UNIX).bind('socket')";
        await Trainer.RunAsync(Make, Path.Combine(datastore.Root, "road", "images"));
        await Trainer.RunAsync(Make, Path.Combine(datastore.Root, "road", "datasets"));
        var source = new FolderDataset(datastore.Root, "road");

        Assert.Equal(["empty.gif"], await source.ListImagesAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["empty.csv"], await source.ListCsvsAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ListImagesAsync_SkipsANameThatIsNotUtf8_AsTheTrainerDoes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have no such names.");
        var images = Path.GetDirectoryName(datastore.Write("road/images/a.gif", Gif))!;
        datastore.Write("road/images/\uFFFD\uFFFD.gif", Gif);
        const string Name = "import os, sys; name = os.fsencode(sys.argv[1]) + b'/\\xff.gif'; ";
        await Trainer.RunAsync(Name + "open(name, 'wb').write(b'GIF')", images);

        var found = await new FolderDataset(datastore.Root, "road").ListImagesAsync(TestContext.Current.CancellationToken);

        Assert.Equal(3, Directory.GetFiles(images).Length);
        Assert.Equal(["a.gif", "\uFFFD\uFFFD.gif"], found.Order(StringComparer.Ordinal));
        await Trainer.RunAsync(Name + "os.remove(name)", images); // .NET cannot delete it.
    }

    /// <summary>Header of a picture of 8 x 6 pixels.</summary>
    private static byte[] Gif => [.. "GIF89a"u8, 8, 0, 6, 0, 0, 0, 0, .. ","u8, 0, 0, 0, 0, 8, 0, 6, 0, 0];

    private Task<DatasetSummary> ReadAsync(BadRows onBadRows, bool withHash = true) =>
        DatasetReader.ReadAsync(
            new FolderDataset(datastore.Root, "road"),
            "latest",
            "latest",
            new DataSettings { OnBadRows = onBadRows },
            withHash,
            TestContext.Current.CancellationToken
        );

    private void WriteDataset(string train, string test)
    {
        foreach (var name in new[] { "a.gif", "b.gif", "c.gif" })
            datastore.Write($"road/images/{name}", Gif);
        datastore.Write("road/datasets/train_road_240102030405.csv", "filename,xmin,ymin,xmax,ymax,class\n" + train);
        datastore.Write("road/datasets/test_road_240102030405.csv", "filename,xmin,ymin,xmax,ymax,class\n" + test);
    }
}
