using Azure.Storage;
using Azure.Storage.Files.Shares;
using Azure.Storage.Sas;
using Datasets.Checks;
using Datasets.Sources;
using Datasets.Stores;
using Datasets.Upload;
using Experiments.Model;
using Experiments.Planning;
using Experiments.Plans;
using Fixtures;
using Fixtures.Services;
using Fixtures.Shares;
using Workspaces.Errors;

namespace Datasets.Tests;

/// <summary>A dataset in a file share is the dataset of the folder: the same faults, summary, bytes and hash.</summary>
public sealed class ShareDatasetTests : IAsyncLifetime
{
    private readonly TemporaryFolder datastore = new();
    private readonly TemporaryFolder local = new();
    private readonly SocketsHttpHandler network = new();
    private FileShareServer server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await FileShareServer.StartAsync(Stop);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        network.Dispose();
        datastore.Dispose();
        local.Dispose();
    }

    /// <summary>
    /// A store without images or CSV files is missing the use case, as the last test shows. A share holds no two names that differ in case
    /// alone.
    /// </summary>
    public static TheoryData<string> Cases =>
        [
            .. DatasetTable
                .Cases.Values.Where(item => item.Images.Count > 0 && item.Files.Count + item.Bytes.Count > 0)
                .Where(item => item.Images.Keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() == item.Images.Count)
                .Select(item => item.Name),
        ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task ReadAsync_GivesTheFaultsAndTheSummaryOfTheFolder_ForEveryCaseOfTheTable(string name)
    {
        var dataset = DatasetTable.Cases[name];
        dataset.Write(datastore);
        server.WriteFolder(datastore.Root);
        server.PageSize = 2;

        var (faults, summary) = await ReadAsync(new FolderDataset(datastore.Root, dataset.ImageType));
        var (faultsOfShare, summaryOfShare) = await ReadAsync(await OpenDatasetAsync(dataset.ImageType));

        Assert.Equal(string.Join("\n", faults), string.Join("\n", faultsOfShare));
        Assert.Equal($"{summary}", $"{summaryOfShare}");
        Assert.Equal(summary?.DroppedRows, summaryOfShare?.DroppedRows);
        Assert.Equal(summary?.Notes, summaryOfShare?.Notes);

        Task<(IReadOnlyList<string> Faults, DatasetSummary? Summary)> ReadAsync(IDatasetSource source) =>
            Answers.ReadAsync(source, dataset.TrainCsv, dataset.TestCsv, dataset.Data());
    }

    [Theory]
    [InlineData("a.gif")]
    [InlineData("pizza/1.gif")]
    [InlineData("pizza/deep/with space+plus%.gif")]
    [InlineData("straße 東.gif")]
    [InlineData("🛣.gif")]
    [InlineData("a#b;c&d=e.gif")]
    [InlineData("50%25.gif")]
    public async Task UpdateAsync_CopiesTheBytesOfTheFolder_SoThatTheHashIsTheSame(string image)
    {
        WriteRoad(image);

        await CopyAsync();

        Assert.Matches("^[0-9a-f]{64}$", await HashAsync(datastore.Root));
        Assert.Equal(await HashAsync(datastore.Root), await HashAsync(local.Root));
        Assert.Equal((1, true), ((await ReadRoadAsync()).Train.Images, (await ReadRoadAsync()).BoxesChecked));
    }

    [Fact]
    public async Task ListTreeAsync_ReadsEveryPageOfEveryFolder()
    {
        var images = Enumerable.Range(0, 23).Select(index => $"road/images/{(index % 3 == 0 ? "pizza/" : "")}{index:D2}.gif").ToList();
        foreach (var image in images)
            server.Write(image, [1, 2, 3]);
        server.PageSize = 5;

        var files = await (await OpenAsync()).ListTreeAsync("road/images", Stop);

        Assert.Equal(images.Order(StringComparer.Ordinal), files.Select(file => file.Path).Order(StringComparer.Ordinal));
        // 15 files and a folder in pages of 5, and 8 files in the folder.
        Assert.Equal(4, server.Requests.Count(request => request == "GET /road/images?comp=list"));
        Assert.Equal(2, server.Requests.Count(request => request == "GET /road/images/pizza?comp=list"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_SaysThatTheHashIsUnknown_BecauseAListingOfAShareHasNoMd5(bool hasMd5)
    {
        WriteRoad("a.gif", hasMd5);

        var summary = await ReadRoadAsync();

        Assert.Equal(
            (null, "the store lists no MD5 of 2 of 2 images, the first of them 'a.gif'"),
            (summary.Hash, summary.HashUnknownReason)
        );
        Assert.DoesNotContain(server.Requests, request => request.StartsWith("HEAD ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task UpdateAsync_ReadsOnlyTheFileThatChanged_WhenNoFileHasAnMd5()
    {
        WriteRoad("pizza/1.gif");
        await CopyAsync();
        Assert.Equal(4, server.Requests.Count(IsRead));
        server.Requests.Clear();

        Write("road/images/pizza/1.gif", Gif(3)); // as many bytes as before
        await CopyAsync();

        Assert.Equal(["GET /road/images/pizza/1.gif"], server.Requests.Where(IsRead));
        Assert.Equal(await HashAsync(datastore.Root), await HashAsync(local.Root));

        static bool IsRead(string request) =>
            request.StartsWith("GET ", StringComparison.Ordinal) && !request.EndsWith("?comp=list", StringComparison.Ordinal);
    }

    [Fact]
    public async Task UploadAsync_WritesTheBytesAndTheirMd5_AndNothingASecondTime()
    {
        WriteRoad("pizza/1.gif");
        datastore.Write("road/images/large.bin", [.. Enumerable.Range(0, 5_000_000).Select(index => (byte)(index % 251))]);
        server.Write("road/images/pizza/1.gif", Gif(9));

        Assert.Equal(4 + 1, (await UploadAsync()).Sent);

        Assert.All(Directory.EnumerateFiles(datastore.Root, "*", SearchOption.AllDirectories), file =>
        {
            var bytes = File.ReadAllBytes(file);
            var stored = server.Find(Path.GetRelativePath(datastore.Root, file).Replace('\\', '/'))!.Value;
            Assert.Equal(bytes, stored.Content);
            Assert.Equal(ContentMd5.Of(bytes), stored.Md5);
        });
        Assert.Equal(0, (await UploadAsync()).Sent);
    }

    [Theory]
    [InlineData("road/images/A.gif", "'road/images/A.gif' and 'road/images/a.gif'")]
    [InlineData("road/images/Pizza/2.gif", "'road/images/Pizza' and 'road/images/pizza'")]
    public async Task UploadAsync_WritesNothing_WhenAShareCannotTellTwoNamesApart(string other, string pair)
    {
        WriteRoad("a.gif");
        datastore.Write("road/images/pizza/1.gif", Gif(4));
        datastore.Write(other, Gif(5));
        server.Requests.Clear();

        var error = await Assert.ThrowsAsync<WorkspaceException>(UploadAsync);

        Assert.Equal(
            $"file share 'train' of storage account 'sharedpictures' cannot keep both {pair}: names in "
                + "it that differ in case alone are one file. Rename one of them, also in the CSV files, or use a blob container.",
            error.Message
        );
        Assert.DoesNotContain(server.Requests, request => request.StartsWith("PUT ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReadAsync_ReadsAShareByASasThatReadsAndLists()
    {
        WriteRoad("a.gif");

        var summary = await ReadRoadAsync(Sas(ShareSasPermissions.Read | ShareSasPermissions.List));

        Assert.Equal("train_road_240102030405.csv", summary.TrainCsv);
    }

    [Fact]
    public async Task ReadAsync_NamesTheMissingPermission_WhenTheSasListsNothing()
    {
        WriteRoad("a.gif");

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => ReadRoadAsync(Sas(ShareSasPermissions.Read)));

        Assert.Equal(403, error.Status);
        Assert.StartsWith(
            "DATASTORES.test_data: the SAS in the environment variable DATASTORE_TEST_DATA_SAS_TOKEN does not allow to read and list "
                + "file share 'train' of storage account 'sharedpictures'; it must: `az storage share generate-sas --account-name "
                + "sharedpictures --name train --permissions racwdl --expiry <date> --output tsv`. GET ",
            error.Message,
            StringComparison.Ordinal
        );
        AssertNoSecret(error);
    }

    [Fact]
    public async Task ReadAsync_ReportsTheWrongKey_WhenItIsNotTheAccounts()
    {
        const string Wrong = "cGxhbnRlZC13cm9uZy1rZXktcGxhbnRlZC13cm9uZy1rZXk=";
        WriteRoad("a.gif");

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => ReadRoadAsync(Wrong));

        Assert.Equal(403, error.Status);
        Assert.StartsWith(
            "DATASTORES.test_data: the account key in the environment variable DATASTORE_TEST_DATA_ACCOUNT_KEY is not one of storage "
                + "account 'sharedpictures'; it must be one of `az storage account keys list --account-name sharedpictures`. GET ",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(Wrong, $"{error}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListTreeAsync_NamesTheCommandThatCreatesIt_WhenTheShareIsMissing()
    {
        var plan = Plan(DatastoreAuthentication.AccountKey) with { Container = "nowhere" };
        var files = await FakeStorage.OpenAsync(network, plan, FileShareServer.Key);

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => files.ListTreeAsync("road/images", Stop));

        Assert.Equal(404, error.Status);
        Assert.StartsWith(
            "DATASTORES.test_data: file share 'nowhere' is not in storage account 'sharedpictures'; FILE_SHARE must name an existing "
                + "one, or create it: `az storage share-rm create --storage-account sharedpictures --name nowhere`. GET ",
            error.Message,
            StringComparison.Ordinal
        );
        AssertNoSecret(error);
    }

    [Fact]
    public async Task ReadAsync_ListsTheExistingFolders_WhenTheUseCaseIsMissing()
    {
        server.Write("roads/images/000.gif", Gif(1));
        server.Write("top.txt", [1]);
        server.PageSize = 1;

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => ReadRoadAsync());

        Assert.StartsWith(
            "DATASTORES.test_data: file share 'train' of storage account 'sharedpictures' holds nothing in road/images and "
                + "road/datasets; the images must be in road/images and the CSV files in road/datasets. It holds the folders roads. "
                + "Did you mean --set=IMAGE_TYPE=roads?",
            error.Message,
            StringComparison.Ordinal
        );
    }

    private static byte[] Gif(byte last) => [.. "GIF89a"u8, 8, 0, 6, 0, 0, 0, 0, last];

    private static void AssertNoSecret(Exception error)
    {
        Assert.DoesNotContain(FileShareServer.Key, $"{error}", StringComparison.Ordinal);
        Assert.DoesNotContain("sig=", $"{error}".Replace("sig=***", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private void Write(string path, byte[] bytes, bool hasMd5 = false)
    {
        datastore.Write(path, bytes);
        server.Write(path, bytes, hasMd5);
    }

    private void WriteRoad(string image, bool hasMd5 = false)
    {
        Write("road/images/c.gif", Gif(1), hasMd5);
        Write($"road/images/{image}", Gif(2), hasMd5);
        foreach (var (split, row) in new[] { ("train", $"{image},0,0,4,4,pothole"), ("test", "c.gif,0,0,8,6,pothole") })
            Write($"road/datasets/{split}_road_240102030405.csv", [.. "filename,xmin,ymin,xmax,ymax,class\n"u8, .. Utf8(row)], hasMd5);
    }

    private static byte[] Utf8(string row) => System.Text.Encoding.UTF8.GetBytes($"{row}\n");

    private DatastorePlan Plan(DatastoreAuthentication authentication) =>
        new(
            "test_data",
            DatastoreKind.AzureFile,
            FileShareServer.Account,
            FileShareServer.Share,
            server.Endpoint["http://".Length..],
            "http",
            authentication
        );

    private Task<IDatastoreFiles> OpenAsync(string secret = FileShareServer.Key) =>
        FakeStorage.OpenAsync(
            network,
            Plan(secret.Contains("sig=", StringComparison.Ordinal) ? DatastoreAuthentication.Sas : DatastoreAuthentication.AccountKey),
            secret
        );

    private string Sas(ShareSasPermissions permissions) =>
        new ShareClient(
            new Uri($"{server.Endpoint}/{FileShareServer.Share}"),
            new StorageSharedKeyCredential(FileShareServer.Account, FileShareServer.Key)
        )
            .GenerateSasUri(permissions, DateTimeOffset.UtcNow.AddHours(1))
            .Query;

    private async Task<StoredDataset> OpenDatasetAsync(string imageType, string secret = FileShareServer.Key) =>
        new(await OpenAsync(secret), "test_data", imageType, new ContentCache(Path.Combine(local.Root, "headers.json")));

    private async Task<DatasetSummary> ReadRoadAsync(string secret = FileShareServer.Key) =>
        await DatasetReader.ReadAsync(await OpenDatasetAsync("road", secret), "latest", "latest", new DataSettings(), withHash: true, Stop);

    private async Task CopyAsync()
    {
        var files = await OpenAsync();
        string[] folders = ["road/images", "road/datasets"];
        var listings = await Task.WhenAll(folders.Select(folder => files.ListTreeAsync(folder, Stop)));
        var memory = new ContentCache(Path.Combine(local.Root, "copied.json"));
        await new LocalCopy(files, local.Root, memory).UpdateAsync([.. listings.SelectMany(found => found)], folders, _ => { }, Stop);
    }

    private async Task<DatasetUpload> UploadAsync() =>
        await new DatasetUploader(
            await OpenAsync(),
            new ContentCache(Path.Combine(local.Root, "sent.json")),
            TimeProvider.System
        ).UploadAsync(datastore.Root, "road", "none", new Progress<UploadProgress>(), Stop);

    private static async Task<string?> HashAsync(string folder) =>
        (
            await DatasetReader.ReadAsync(new FolderDataset(folder, "road"), "latest", "latest", new DataSettings(), withHash: true, Stop)
        ).Hash;
}
