using Datasets.Sources;
using Datasets.Stores;
using Fixtures.Services;
using Workspaces.Errors;

namespace Datasets.Tests;

public sealed class ShareFilesTests : IDisposable
{
    private readonly FakeService service = new();
    private readonly string file = Path.GetTempFileName();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        File.Delete(file);
        service.Dispose();
    }

    [Fact]
    public async Task WriteAsync_WritesUnderATemporaryName_AndRenames()
    {
        await File.WriteAllBytesAsync(file, new byte[5_000_000], Stop);
        foreach (var folder in new[] { "road", "road/images" })
            service.On("PUT", $"/train/{folder}", FakeStorage.Error(409, "ResourceAlreadyExists"));
        service.On("PUT", "/train/road/images/a.gif.upload", FakeStorage.Answer(201, "", Written));
        service.On("PUT", "/train/road/images/a.gif", FakeStorage.Answer(200, "", Written));
        var files = await FakeStorage.OpenAsync(service, TestPlans.Share);

        await files.WriteAsync("road/images/a.gif", file, new Progress<long>(), Stop);

        Assert.Equal(
            [
                "PUT /train/road?restype=directory",
                "PUT /train/road/images?restype=directory",
                "PUT /train/road/images/a.gif.upload",
                "PUT /train/road/images/a.gif.upload?comp=range",
                "PUT /train/road/images/a.gif.upload?comp=range",
                "PUT /train/road/images/a.gif?comp=rename",
            ],
            service.Sent.Select(request => $"{request.Line}{request.Uri.Query}")
        );
    }

    [Fact]
    public async Task ListAsync_ReturnsSizeAndVersionAndNoMd5()
    {
        service.On(
            "GET",
            "/train/road/images",
            FakeStorage.Answer(
                200,
                """
                <?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://pictures.file.core.windows.net/" ShareName="train" DirectoryPath="road/images"><Entries>
                <File><Name>a.gif</Name><Properties><Content-Length>14</Content-Length><Etag>"0x8D1"</Etag></Properties></File>
                <Directory><Name>old</Name><Properties /></Directory></Entries><NextMarker /></EnumerationResults>
                """
            )
        );
        var files = await FakeStorage.OpenAsync(service, TestPlans.Share);

        Assert.Equal([new StoredFile("road/images/a.gif", 14, "\"0x8D1\"")], await files.ListAsync("road/images", Stop));
        Assert.Equal(["old"], await files.ListFoldersAsync("road/images", Stop));
    }

    [Fact]
    public async Task ListImagesAsync_FindsTheImagesOfSubfolders_WhenTheDatasetIsInAShare()
    {
        List("road/images", File("top.gif"), Folder("pizza"), Folder("empty"));
        List("road/images/pizza", File("1.gif"), Folder("deep"));
        List("road/images/pizza/deep", File("2.gif"));
        List("road/images/empty");
        List("road/datasets", File("any.csv"), Folder("old"));
        var files = await FakeStorage.OpenAsync(service, TestPlans.Share);
        var dataset = new StoredDataset(files, "test_data", "road", new ContentCache(file));

        Assert.Equal(["pizza/1.gif", "pizza/deep/2.gif", "top.gif"], (await dataset.ListImagesAsync(Stop)).Order(StringComparer.Ordinal));
        Assert.Equal(["any.csv"], await dataset.ListCsvsAsync(Stop));

        static string File(string name) =>
            $"<File><Name>{name}</Name><Properties><Content-Length>14</Content-Length><Etag>\"0x8D1\"</Etag></Properties></File>";
        static string Folder(string name) => $"<Directory><Name>{name}</Name><Properties /></Directory>";
        void List(string folder, params string[] entries) =>
            service.On(
                "GET",
                $"/train/{folder}",
                FakeStorage.Answer(
                    200,
                    $"""
                    <?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://pictures.file.core.windows.net/" ShareName="train"
                    DirectoryPath="{folder}"><Entries>{string.Concat(entries)}</Entries><NextMarker /></EnumerationResults>
                    """
                )
            );
    }

    [Fact]
    public async Task ListAsync_ReturnsNothing_WhenTheFolderIsMissing()
    {
        service.On("GET", "/train/road/images", FakeStorage.Error(404, "ResourceNotFound"));
        var files = await FakeStorage.OpenAsync(service, TestPlans.Share);

        Assert.Empty(await files.ListAsync("road/images", Stop));
    }

    [Fact]
    public async Task ListAsync_NamesTheCommandThatCreatesIt_WhenTheShareIsMissing()
    {
        service.On("GET", "/train/road/images", FakeStorage.Error(404, "ShareNotFound"));
        var files = await FakeStorage.OpenAsync(service, TestPlans.Share);

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => files.ListAsync("road/images", Stop));

        Assert.StartsWith(
            "DATASTORES.test_data: file share 'train' is not in storage account 'pictures'; FILE_SHARE must name an existing "
                + "one, or create it: `az storage share-rm create --storage-account pictures --name train`.",
            error.Message,
            StringComparison.Ordinal
        );
    }

    private static (string, string)[] Written =>
        [
            ("ETag", "\"0x8D1\""),
            ("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT"),
            ("x-ms-request-server-encrypted", "true"),
            ("x-ms-file-permission-key", "1*1"),
            ("x-ms-file-attributes", "Archive"),
            ("x-ms-file-creation-time", "2025-01-01T00:00:00.0000000Z"),
            ("x-ms-file-last-write-time", "2025-01-01T00:00:00.0000000Z"),
            ("x-ms-file-change-time", "2025-01-01T00:00:00.0000000Z"),
            ("x-ms-file-id", "1"),
            ("x-ms-file-parent-id", "0"),
        ];
}
