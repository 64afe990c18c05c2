using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure;
using Azure.Core.Pipeline;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;

namespace WorkspaceEmulator.Tests;

/// <summary>The storage account of a workspace, called by Microsoft's client.</summary>
public class BlobTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Put_ShowsAJobsFiles_AndAJobSeesUploads()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var container = await OpenAsync(emulator);
        var large = Encoding.UTF8.GetBytes(new string('x', 3 * 1024 * 1024));
        var options = new BlobUploadOptions
        {
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["upload_status"] = "completed" },
            TransferOptions = new() { InitialTransferSize = 1024 * 1024, MaximumTransferSize = 1024 * 1024 },
        };

        await container.GetBlobClient("in/large.txt").UploadAsync(new BinaryData(large), options, Stop);
        await emulator.SubmitAsync("copies", "cp ${{inputs.data}}/large.txt ${{outputs.model}}/copy.txt", job =>
        {
            job["inputs"] = JsonNode.Parse(
                """{"data":{"jobInputType":"uri_folder","uri":"azureml://datastores/workspaceblobstore/paths/in/"}}"""
            );
            job["outputs"] = JsonNode.Parse("""{"model":{"jobOutputType":"uri_folder"}}""");
        });
        await emulator.WaitForEndAsync("copies");

        var copy = await container.GetBlobClient("azureml/copies/model/copy.txt").DownloadContentAsync(Stop);
        Assert.Equal(large, copy.Value.Content.ToArray());
        var names = new List<string>();
        await foreach (var blob in container.GetBlobsAsync(new GetBlobsOptions(), Stop))
            names.Add(blob.Name);
        Assert.Equal(["azureml/copies/model/copy.txt", "in/large.txt"], names);
        var properties = await container.GetBlobClient("in/large.txt").GetPropertiesAsync(cancellationToken: Stop);
        Assert.Equal("completed", properties.Value.Metadata["upload_status"]);
        var range = await container.GetBlobClient("in/large.txt").DownloadContentAsync(new BlobDownloadOptions { Range = new(1, 2) }, Stop);
        Assert.Equal("xx", range.Value.Content.ToString());
        await container.GetBlobClient("in/large.txt").DeleteAsync(cancellationToken: Stop);
        Assert.False(await container.GetBlobClient("in/large.txt").ExistsAsync(Stop));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ListBlobs_ReturnsTheMetadata_WhenItIsAsked(bool byFolder)
    {
        await using var emulator = await TestEmulator.StartAsync();
        var container = await OpenAsync(emulator);
        var options = new BlobUploadOptions
        {
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["upload_status"] = "completed", ["Team"] = "a & <b>" },
        };
        await container.GetBlobClient("in/a.txt").UploadAsync(new BinaryData("a"), options, Stop);
        await container.GetBlobClient("in/b.txt").UploadAsync(new BinaryData("b"), Stop);

        var found = new List<BlobItem>();
        if (byFolder)
        {
            var inside = new GetBlobsByHierarchyOptions
            {
                Delimiter = "/",
                Prefix = "in/",
                Traits = BlobTraits.Metadata,
            };
            await foreach (var item in container.GetBlobsByHierarchyAsync(inside, Stop))
                found.Add(item.Blob);
        }
        else
        {
            await foreach (var item in container.GetBlobsAsync(new GetBlobsOptions { Traits = BlobTraits.Metadata }, Stop))
                found.Add(item);
        }

        Assert.Equal(["in/a.txt", "in/b.txt"], found.Select(blob => blob.Name));
        Assert.Equal(("completed", "a & <b>"), (found[0].Metadata["upload_status"], found[0].Metadata["team"]));
        Assert.Empty(found[1].Metadata);
    }

    [Fact]
    public async Task GetBlob_ReturnsTheArtifactsOfAJob()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("writes", "echo hello && echo m > outputs/m.txt");
        await emulator.WaitForEndAsync("writes");
        var container = await OpenAsync(emulator, "workspaceartifactstore");

        var folders = new List<string>();
        var prefix = new GetBlobsByHierarchyOptions { Delimiter = "/", Prefix = "ExperimentRun/dcid.writes/" };
        await foreach (var item in container.GetBlobsByHierarchyAsync(prefix, Stop))
            folders.Add(item.Prefix ?? item.Blob.Name);
        var log = await container.GetBlobClient("ExperimentRun/dcid.writes/user_logs/std_log.txt").DownloadContentAsync(Stop);

        Assert.Equal(["outputs/", "system_logs/", "user_logs/"], folders.Select(name => name["ExperimentRun/dcid.writes/".Length..]));
        Assert.Equal("hello\n", log.Value.Content.ToString());
    }

    [Fact]
    public async Task Refuse_ReturnsAnError_WhenNothingGrantsTheRequest()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var container = await OpenAsync(emulator);
        await container.GetBlobClient("a.txt").UploadAsync(new BinaryData("a"), Stop);
        var address = container.GetBlobClient("a.txt").Uri;

        using (var bare = await emulator.Client.GetAsync(new Uri(address + "?x=1"), Stop))
            Assert.Equal(HttpStatusCode.OK, bare.StatusCode); // The owner's token.
        var (status, _, _) = await emulator.SendAsync(HttpMethod.Get, address.AbsoluteUri, token: "");
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        var reader = Signed(emulator, container, "a.txt", BlobSasPermissions.Read, TimeSpan.FromMinutes(1));
        Assert.Equal("a", (await reader.DownloadContentAsync(Stop)).Value.Content.ToString());
        await RefusedAsync(403, () => reader.UploadAsync(new BinaryData("b"), overwrite: true, Stop));
        await RefusedAsync(403, () =>
            Signed(emulator, container, "a.txt", BlobSasPermissions.Read, TimeSpan.FromMinutes(-1)).DownloadContentAsync(Stop)
        );
        var other = new UriBuilder(reader.Uri) { Path = reader.Uri.AbsolutePath.Replace("a.txt", "b.txt", StringComparison.Ordinal) };
        await RefusedAsync(403, () => new BlobClient(other.Uri, Options(emulator)).DownloadContentAsync(Stop));
        var wrong = new StorageSharedKeyCredential(container.AccountName, Convert.ToBase64String(new byte[64]));
        await RefusedAsync(403, () => new BlobClient(address, wrong, Options(emulator)).DownloadContentAsync(Stop));
    }

    [Fact]
    public async Task Request_IsNotEmulated_WhenItDependsOnWhatBlobsDoNotHaveHere()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var container = await OpenAsync(emulator);
        var blob = container.GetBlobClient("a.txt");
        await blob.UploadAsync(new BinaryData("a"), Stop);
        var tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = "a" };
        var other = new Uri("https://elsewhere.blob.core.windows.net/container/a.txt");

        await RefusedAsync(501, () => blob.UploadAsync(new BinaryData("b"), new BlobUploadOptions { Tags = tags }, Stop));
        await RefusedAsync(501, () => blob.UploadAsync(new BinaryData("b"), new BlobUploadOptions { AccessTier = AccessTier.Cool }, Stop));
        await RefusedAsync(501, () => blob.WithSnapshot("2026-01-02T03:04:05.0000000Z").DownloadContentAsync(Stop));
        await RefusedAsync(501, () => blob.StartCopyFromUriAsync(other, cancellationToken: Stop));
        await RefusedAsync(501, () => blob.CreateSnapshotAsync(cancellationToken: Stop));
        await RefusedAsync(501, () => blob.SetTagsAsync(tags, cancellationToken: Stop));

        Assert.Equal("a", (await blob.DownloadContentAsync(Stop)).Value.Content.ToString());
    }

    [Fact]
    public async Task Copy_IsRefused_WhenTheSignatureIsForTheTargetAlone()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var container = await OpenAsync(emulator);
        await container.GetBlobClient("secret.txt").UploadAsync(new BinaryData("secret"), Stop);
        var target = Signed(emulator, container, "mine.txt", BlobSasPermissions.All, TimeSpan.FromMinutes(1));

        await RefusedAsync(403, () => target.StartCopyFromUriAsync(container.GetBlobClient("secret.txt").Uri, cancellationToken: Stop));

        Assert.False(await container.GetBlobClient("mine.txt").ExistsAsync(Stop));
    }

    [Theory]
    [InlineData("../escape.txt")]
    [InlineData("a/../../escape.txt")]
    [InlineData("a//b.txt")]
    public async Task Put_IsRefused_WhenTheNameLeadsElsewhere(string name)
    {
        await using var emulator = await TestEmulator.StartAsync();
        var container = await OpenAsync(emulator);
        var address = $"{container.Uri}/{Uri.EscapeDataString(name)}";

        var (status, _, _) = await emulator.SendAsync(HttpMethod.Put, address, "\"x\"");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Empty(Directory.GetFiles(emulator.Folder, "escape.txt", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Open_FollowsNoLink()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var container = await OpenAsync(emulator);
        var folder = Path.Combine(emulator.Folder, "storage", "sub", "group", "work", "workspaceblobstore");
        File.CreateSymbolicLink(Path.Combine(folder, "link.txt"), Path.Combine(emulator.Folder, "token"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "outside"), emulator.Folder);

        await RefusedAsync(404, () => container.GetBlobClient("link.txt").DownloadContentAsync(Stop));
        await RefusedAsync(404, () => container.GetBlobClient("outside/token").DownloadContentAsync(Stop));
        await RefusedAsync(400, () => container.GetBlobClient("outside/new.txt").UploadAsync(new BinaryData("x"), Stop));
        await foreach (var blob in container.GetBlobsAsync(cancellationToken: Stop))
            Assert.Fail($"{blob.Name} is listed.");
    }

    [Fact]
    public async Task StartPendingUpload_GivesAContainer_WhoseFilesAreCode()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var pending = await emulator.PostAsync(
            TestEmulator.Arm("/codes/code/versions/1/startPendingUpload"),
            """{"pendingUploadType":"TemporaryBlobReference"}"""
        );
        var reference = pending["blobReferenceForConsumption"]!;
        var upload = new BlobContainerClient(new Uri((string)reference["credential"]!["sasUri"]!), Options(emulator));

        await upload.GetBlobClient("src/run.sh").UploadAsync(new BinaryData("echo from code"), Stop);
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/codes/code/versions/1"),
            new JsonObject { ["properties"] = new JsonObject { ["codeUri"] = $"{(string)reference["blobUri"]!}/src" } }.ToJsonString()
        );
        await emulator.SubmitAsync("runs", "sh run.sh", job => job["codeId"] = $"/{TestEmulator.Workspace}/codes/code/versions/1");
        await emulator.WaitForEndAsync("runs");

        Assert.Equal("from code\n", emulator.Log("runs"));
    }

    private static async Task<BlobContainerClient> OpenAsync(TestEmulator emulator, string datastore = "workspaceblobstore")
    {
        var found = (await emulator.GetAsync(TestEmulator.Arm($"/datastores/{datastore}")))["properties"]!;
        var secrets = await emulator.PostAsync(TestEmulator.Arm($"/datastores/{datastore}/listSecrets"), "");
        var key = new StorageSharedKeyCredential((string)found["accountName"]!, (string)secrets["key"]!);
        return new(new Uri($"https://{(string)found["endpoint"]!}/{(string)found["containerName"]!}"), key, Options(emulator));
    }

    private static BlobClient Signed(
        TestEmulator emulator,
        BlobContainerClient container,
        string blob,
        BlobSasPermissions permissions,
        TimeSpan lifetime
    ) => new(container.GetBlobClient(blob).GenerateSasUri(permissions, TimeProvider.System.GetUtcNow() + lifetime), Options(emulator));

    private static BlobClientOptions Options(TestEmulator emulator) =>
        new() { Transport = new HttpClientTransport(WithoutToken(emulator)), Retry = { MaxRetries = 0 } };

    private static HttpClient WithoutToken(TestEmulator emulator)
    {
        var client = TestEmulator.CreateClient(emulator.Folder, emulator.Endpoint);
        client.DefaultRequestHeaders.Authorization = null;
        return client;
    }

    private static async Task RefusedAsync(int status, Func<Task> call) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<RequestFailedException>(call)).Status);
}
