using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Datasets.Checks;
using Datasets.Sources;
using Datasets.Stores;
using Experiments.Model;
using Experiments.Planning;
using Experiments.Plans;
using Fixtures;
using Workspaces.Datastores;

namespace Datasets.Tests;

/// <summary>One content has one hash: in a folder, in a blob container, and in the table that the trainer's tests read too.</summary>
public sealed class DatasetHashTests : IDisposable
{
    private readonly TemporaryFolder datastore = new();
    private readonly BlobContainerHandler container = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        datastore.Dispose();
        container.Dispose();
    }

    public static TheoryData<string> Usable =>
        [.. DatasetTable.Cases.Values.Where(item => item.Hash is not null).Select(item => item.Name)];

    [Theory]
    [MemberData(nameof(Usable))]
    public async Task ReadAsync_GivesTheHashOfTheTable_WhenTheDatasetIsInABlobContainer(string name)
    {
        var expected = DatasetTable.Cases[name];
        foreach (var file in expected.Files.Keys)
            container.Blobs[$"{expected.ImageType}/datasets/{file}"] = expected.BytesOf(file);
        foreach (var (file, bytes) in expected.Images)
            container.Blobs[$"{expected.ImageType}/images/{file}"] = bytes;

        var summary = await ReadContainerAsync(expected.ImageType, expected.TrainCsv, expected.TestCsv, expected.Data());

        Assert.Equal((expected.Hash, null), (summary.Hash, summary.HashUnknownReason));
    }

    [Theory]
    [InlineData("a.gif")]
    [InlineData("with space+plus%.gif")]
    [InlineData("straße 東.gif")]
    [InlineData("🛣.gif")]
    [InlineData("～.gif")]
    public async Task ReadAsync_GivesOneHash_ForAFolderAndAContainer(string image)
    {
        Write("c.gif", Gif(1));
        Write(image, Gif(2));
        WritePair($"{image},0,0,4,4,pothole\n");

        var ofFolder = await ReadFolderAsync(datastore.Root);

        Assert.Matches("^[0-9a-f]{64}$", ofFolder.Hash);
        Assert.Equal(ofFolder.Hash, (await ReadContainerAsync()).Hash);
    }

    [Fact]
    public async Task ReadAsync_DownloadsNoImageWhole_WhenTheDatasetIsInABlobContainer()
    {
        byte[] large = [.. Gif(2), .. new byte[100_000]];
        Write("c.gif", large);
        Write("a.gif", large);
        WritePair("a.gif,0,0,4,4,pothole\n");

        await ReadContainerAsync();

        Assert.Equal(
            ["a.gif", "c.gif", "test_road_240102030405.csv", "train_road_240102030405.csv"],
            container.Downloads.Select(name => Path.GetFileName(name)).Order(StringComparer.Ordinal)
        );
    }

    /// <summary>A checkout on Windows ends lines in CRLF, and a path there may be written in more than one way.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/road/..")]
    public async Task ReadAsync_GivesTheSameHash_HoweverLinesEndAndThePathIsWritten(string after)
    {
        Write("c.gif", Gif(1));
        Write("a.gif", Gif(2));
        WritePair("a.gif,0,0,4,4,pothole\n");
        var expected = (await ReadFolderAsync(datastore.Root)).Hash;

        WritePair("a.gif,0,0,4,4,pothole\n", "\r\n");

        Assert.Equal(expected, (await ReadFolderAsync(datastore.Root + after)).Hash);
        Assert.Equal(expected, (await ReadContainerAsync()).Hash);
    }

    /// <summary>A name is hashed as its row has it: a backslash is a letter of it, on every platform.</summary>
    [Fact]
    public void Compute_HashesNamesAsTheyAreRead()
    {
        var (train, test) = (new DatasetSplit("train", "train.csv", "train.csv"), new DatasetSplit("test", "test.csv", "test.csv"));

        Assert.NotEqual(
            DatasetHash.Compute(new Dictionary<string, string> { [@"a\b.gif"] = "00" }, train, test),
            DatasetHash.Compute(new Dictionary<string, string> { ["a/b.gif"] = "00" }, train, test)
        );
    }

    [Fact]
    public async Task ReadAsync_SaysWhyThereIsNoHash_WhenTheContainerKeepsNoMd5()
    {
        Write("c.gif", Gif(1));
        Write("a.gif", Gif(2));
        WritePair("a.gif,0,0,4,4,pothole\n");
        container.WithoutMd5.Add("road/images/a.gif");

        var summary = await ReadContainerAsync();

        Assert.Equal(
            (null, "the store lists no MD5 of 1 of 2 images, the first of them 'a.gif'"),
            (summary.Hash, summary.HashUnknownReason)
        );
    }

    [Theory]
    [InlineData(BadRows.Fail, null)]
    [InlineData(BadRows.Drop, "DATA.ON_BAD_ROWS is drop and the image sizes are unread, so the rows that the job drops are unknown")]
    public async Task ReadAsync_SaysWhyThereIsNoHash_WhenTheRowsThatAreDroppedAreUnknown(BadRows onBadRows, string? reason)
    {
        Write("c.gif", Gif(1));
        var rows = new StringBuilder();
        for (var index = 0; index <= StoredDataset.MostImages; index++)
        {
            container.Blobs[$"road/images/{index}.gif"] = Gif(2);
            rows.Append($"{index}.gif,0,0,4,4,pothole\n");
        }
        WritePair(rows.ToString());

        var summary = await ReadContainerAsync(settings: new DataSettings { OnBadRows = onBadRows });

        Assert.Equal((reason is not null, reason), (summary.Hash is null, summary.HashUnknownReason));
    }

    private static byte[] Gif(byte last) => [.. "GIF89a"u8, 8, 0, 6, 0, 0, 0, 0, last];

    private void Write(string image, byte[] bytes)
    {
        datastore.Write($"road/images/{image}", bytes);
        container.Blobs[$"road/images/{image}"] = bytes;
    }

    private void WritePair(string trainRows, string lineEnd = "\n")
    {
        foreach (var (split, rows) in new[] { ("train", trainRows), ("test", "c.gif,0,0,8,6,pothole\n") })
        {
            var text = ("filename,xmin,ymin,xmax,ymax,class\n" + rows).Replace("\n", lineEnd, StringComparison.Ordinal);
            datastore.Write($"road/datasets/{split}_road_240102030405.csv", text);
            container.Blobs[$"road/datasets/{split}_road_240102030405.csv"] = Encoding.UTF8.GetBytes(text);
        }
    }

    private static Task<DatasetSummary> ReadFolderAsync(string folder) =>
        DatasetReader.ReadAsync(new FolderDataset(folder, "road"), "latest", "latest", new DataSettings(), withHash: true, Stop);

    private async Task<DatasetSummary> ReadContainerAsync(
        string imageType = "road",
        string trainCsv = "latest",
        string testCsv = "latest",
        DataSettings? settings = null
    )
    {
        var plan = new DatastorePlan(
            "test_data",
            DatastoreKind.AzureBlob,
            "account",
            "container",
            "core.windows.net",
            "https",
            DatastoreAuthentication.Identity
        );
        using var client = new HttpClient(container, disposeHandler: false);
        var files = await new DatastoreStorage(
            new DatastoreSecrets(_ => throw new InvalidOperationException("no workspace is needed")),
            DelegatedTokenCredential.Create((_, _) => new AccessToken("token", DateTimeOffset.MaxValue))
        )
        {
            Transport = new HttpClientTransport(client),
        }.OpenAsync(plan, Stop);
        var source = new StoredDataset(files, plan.Name, imageType, new ContentCache(Path.Combine(datastore.Root, "sizes.json")));
        return await DatasetReader.ReadAsync(source, trainCsv, testCsv, settings ?? new DataSettings(), withHash: true, Stop);
    }
}
