using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Fixtures.Checkouts;
using WorkspaceEmulator.Tests;

namespace EndToEnd.Storage;

/// <summary>The default datastores of a workspace in an Azurite that the emulator starts, owns and stops.</summary>
public sealed class AzuriteAccountTests
{
    private const string Outputs = """{"model":{"jobOutputType":"uri_folder"}}""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Job_ReadsWhatAClientUploaded_AndLeavesItsOutputsAndArtifactsInTheAccount()
    {
        await using var emulator = await StartAsync();
        var store = await Accounts.OpenAsync(emulator, Accounts.DefaultStore);
        await store.UploadBlobAsync("in/größe 1.txt", new BinaryData("uploaded"), Stop);

        var details = await RunAsync(
            emulator,
            "first",
            "cat ${{inputs.data}}/*; echo trained > ${{outputs.model}}/model.bin; echo 0.9 > outputs/metrics.txt",
            Outputs,
            """{"data":{"jobInputType":"uri_folder","uri":"azureml://datastores/workspaceblobstore/paths/in"}}"""
        );

        Assert.Equal("Completed", (string?)details["status"]);
        Assert.Equal("uploaded", emulator.Log("first"));
        Assert.Equal("trained\n", await ReadAsync(store, "azureml/first/model/model.bin"));
        var artifacts = await Accounts.OpenAsync(emulator, Accounts.ArtifactStore);
        Assert.Equal("uploaded", await ReadAsync(artifacts, "ExperimentRun/dcid.first/user_logs/std_log.txt"));
        Assert.Contains("ExperimentRun/dcid.first/outputs/metrics.txt", await NamesAsync(artifacts));
    }

    [Fact]
    public async Task Job_ReadsTheOutputOfAnother_AndContinuesFromItsOwnCheckpoints()
    {
        await using var emulator = await StartAsync();
        const string Checkpoints =
            """{"model":{"jobOutputType":"uri_folder","uri":"azureml://datastores/workspaceblobstore/paths/checkpoints"}}""";
        await RunAsync(emulator, "first", "echo 1 > ${{outputs.model}}/1.ckpt", Checkpoints);

        var details = await RunAsync(
            emulator,
            "second",
            "cat ${{outputs.model}}/1.ckpt ${{inputs.data}}/1.ckpt; rm ${{outputs.model}}/1.ckpt; echo 2 > ${{outputs.model}}/2.ckpt",
            Checkpoints,
            """{"data":{"jobInputType":"uri_folder","uri":"azureml://jobs/first/outputs/model"}}""",
            prepare: false
        );

        Assert.Equal(("Completed", "1\n1\n"), ((string?)details["status"], emulator.Log("second")));
        Assert.Equal(["checkpoints/2.ckpt"], await NamesAsync(await Accounts.OpenAsync(emulator, Accounts.DefaultStore)));
    }

    [Fact]
    public async Task Code_IsUnpackedFromTheContainerOfItsUpload_WhoseSignatureOpensNothingElse()
    {
        await using var emulator = await StartAsync();
        var pending = await emulator.PostAsync(TestEmulator.Arm("/codes/code/versions/1/startPendingUpload"), "{}");
        var reference = pending["blobReferenceForConsumption"]!;
        var upload = Accounts.Open(emulator, (string)reference["credential"]!["sasUri"]!);
        await upload.UploadBlobAsync("src/run.sh", new BinaryData("cat data.txt"), Stop);
        await upload.UploadBlobAsync("src/data.txt", new BinaryData("read"), Stop);
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/codes/code/versions/1"),
            $$$"""{"properties":{"codeUri":"{{{(string)reference["blobUri"]!}}}/src"}}"""
        );
        await emulator.SubmitAsync("runs", "sh run.sh", job => job["codeId"] = $"/{TestEmulator.Workspace}/codes/code/versions/1");

        var details = await emulator.WaitForEndAsync("runs");

        Assert.Equal(("Completed", "read"), ((string?)details["status"], emulator.Log("runs")));
        var store = await Accounts.OpenAsync(emulator, Accounts.DefaultStore);
        var elsewhere = Accounts.Open(emulator, store.Uri + new Uri((string)reference["credential"]!["sasUri"]!).Query);
        Assert.Equal(403, await StatusAsync(() => elsewhere.UploadBlobAsync("x", new BinaryData("x"), Stop)));
    }

    [Fact]
    public async Task Artifact_ThatAClientWrites_IsAnArtifactOfTheJob()
    {
        await using var emulator = await StartAsync();
        await RunAsync(emulator, "first", "echo old > outputs/old.txt; ln -s /tmp outputs/link");
        var artifacts = await Accounts.OpenAsync(emulator, Accounts.ArtifactStore);
        const string Folder = "ExperimentRun/dcid.first/";

        await artifacts.UploadBlobAsync($"{Folder}outputs/added.txt", new BinaryData("added"), Stop);

        Assert.Equal("added", (string?)await emulator.GetAsync(TestEmulator.Artifacts("first", "/content?path=outputs/added.txt")));
        Assert.Equal(409, await StatusAsync(() => artifacts.DeleteBlobAsync($"{Folder}outputs/old.txt", cancellationToken: Stop)));
        Assert.Equal(400, await StatusAsync(() => artifacts.UploadBlobAsync("ExperimentRun/dcid.none/x", new BinaryData("x"), Stop)));
        var name = $"{Folder}outputs/link/{Guid.NewGuid():N}";
        Assert.Equal(409, await StatusAsync(() => artifacts.UploadBlobAsync(name, new BinaryData("x"), Stop)));
        Assert.DoesNotContain(name, await NamesAsync(artifacts));
        Assert.False(File.Exists($"/tmp/{name.Split('/')[^1]}"));
        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Delete, TestEmulator.Arm("/jobs/first"));
        Assert.Empty(await NamesAsync(artifacts));
    }

    [Fact]
    public async Task Account_KeepsItsBlobs_WhenAzuriteOrTheEmulatorIsKilled_AndEndsWithIt()
    {
        var folder = TestEmulator.NewFolder();
        try
        {
            await using (var emulator = await StartAsync(folder))
            {
                var store = await Accounts.OpenAsync(emulator, Accounts.DefaultStore);
                await store.UploadBlobAsync("a.txt", new BinaryData("a"), Stop);
                // What Azurite has only in memory, it writes after five seconds.
                await TestEmulator.EventuallyAsync(
                    () => Task.FromResult(IsWritten(folder)),
                    () => Task.FromResult("the blob was not written")
                );
                using (var azurite = Process.GetProcessById(Assert.Single(AzuritesOf(folder))))
                {
                    azurite.Kill();
                    await azurite.WaitForExitAsync(Stop);
                }

                await store.UploadBlobAsync("b.txt", new BinaryData("b"), Stop);
            }

            Assert.Empty(AzuritesOf(folder));
            await using (var emulator = await StartAsync(folder))
            {
                var store = await Accounts.OpenAsync(emulator, Accounts.DefaultStore);
                Assert.Equal(["a.txt", "b.txt"], await NamesAsync(store));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Job_WritesItsOutputs_WhenAzuriteIsKilledWhileItRuns()
    {
        await using var emulator = await StartAsync();
        await emulator.SubmitAsync(
            "first",
            "echo 1 > ${{outputs.model}}/1.ckpt; until [ -e go ]; do sleep 0.1; done; echo 2 > ${{outputs.model}}/2.ckpt",
            job => job["outputs"] = JsonNode.Parse(Outputs)
        );
        var store = await Accounts.OpenAsync(emulator, Accounts.DefaultStore);
        await TestEmulator.EventuallyAsync(
            async () => await store.GetBlobClient("azureml/first/model/1.ckpt").ExistsAsync(Stop),
            () => Task.FromResult("the checkpoint was not written")
        );

        using (var azurite = Process.GetProcessById(Assert.Single(AzuritesOf(emulator.Folder))))
            azurite.Kill();
        await File.WriteAllTextAsync(Path.Combine(emulator.JobFolder("first"), "wd", "go"), "", Stop);

        Assert.Equal("Completed", (string?)(await emulator.WaitForEndAsync("first"))["status"]);
        Assert.Equal("2\n", await ReadAsync(store, "azureml/first/model/2.ckpt"));
    }

    [Fact]
    public async Task Azurite_EndsWithItsEmulator_WhenThatIsKilled()
    {
        var folder = TestEmulator.NewFolder();
        try
        {
            var program = Path.Combine(AppContext.BaseDirectory, "WorkspaceEmulator.dll");
            var package = Path.GetFullPath(Path.Combine(Azurite.Package.Script, "..", "..", "..", ".."));
            using var process = new HostRun(
                "dotnet",
                [program, "--state", folder, "--workspace", "sub/group/work", "--azurite", package],
                Path.GetTempPath()
            );
            await TestEmulator.WaitForFileAsync(Path.Combine(folder, "emulator.json"));
            var written = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "emulator.json"), Stop))!;
            using var client = TestEmulator.CreateClient(folder, new Uri((string)written["endpoint"]!));
            var store = await client.GetAsync(TestEmulator.Arm("/datastores/workspaceblobstore"), Stop);
            var found = JsonNode.Parse(await store.Content.ReadAsStringAsync(Stop))!["properties"]!;
            var blob = $"/{(string)found["accountName"]!}/{(string)found["containerName"]!}/a.txt";
            using var put = new HttpRequestMessage(HttpMethod.Put, blob) { Content = new StringContent("a") };
            put.Headers.Add("x-ms-blob-type", "BlockBlob");
            Assert.Equal(HttpStatusCode.Created, (await client.SendAsync(put, Stop)).StatusCode);
            Assert.Single(AzuritesOf(folder));

            using (var running = Process.GetProcessById(process.ProcessId))
                running.Kill();

            await TestEmulator.EventuallyAsync(
                () => Task.FromResult(AzuritesOf(folder).Count == 0),
                () => Task.FromResult("Azurite runs on")
            );
            await using var emulator = await StartAsync(folder);
            Assert.Equal("a", await ReadAsync(await Accounts.OpenAsync(emulator, Accounts.DefaultStore), "a.txt"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Key_IsNeitherAnArgumentNorAVariableNorInAFile()
    {
        await using var emulator = await StartAsync();
        var store = await Accounts.OpenAsync(emulator, Accounts.DefaultStore);
        await store.UploadBlobAsync("a.txt", new BinaryData("a"), Stop);
        var key = (string)(await emulator.PostAsync(TestEmulator.Arm("/datastores/workspaceblobstore/listSecrets"), ""))["key"]!;

        var process = $"/proc/{Assert.Single(AzuritesOf(emulator.Folder))}";

        Assert.DoesNotContain(key, await File.ReadAllTextAsync($"{process}/cmdline", Stop), StringComparison.Ordinal);
        Assert.DoesNotContain(key, await File.ReadAllTextAsync($"{process}/environ", Stop), StringComparison.Ordinal);
        var files = Directory.EnumerateFiles(emulator.Folder, "*", SearchOption.AllDirectories);
        foreach (var file in files.Where(file => Path.GetFileName(file) != "lock"))
            Assert.False((await File.ReadAllBytesAsync(file, Stop)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(key)) >= 0, file);
    }

    [Fact]
    public async Task Request_IsRefused_WithoutAKeyOrWithTheTokenOfAJob_AndServed_WithTheOwnersToken()
    {
        await using var emulator = await StartAsync();
        var store = await Accounts.OpenAsync(emulator, Accounts.DefaultStore);
        await store.UploadBlobAsync("a b.txt", new BinaryData("a"), Stop);
        await RunAsync(emulator, "first", "printf %s \"$MLFLOW_TRACKING_TOKEN\"");
        var address = $"{store.Uri.AbsolutePath}/a%20b.txt";

        Assert.Equal(HttpStatusCode.OK, (await emulator.SendAsync(HttpMethod.Get, address)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await emulator.SendAsync(HttpMethod.Get, address, token: "")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await emulator.SendAsync(HttpMethod.Get, address, token: emulator.Log("first"))).Status);
    }

    [Fact]
    public async Task Workspace_NamesTheCommand_WhenItsAzuriteIsNotInstalledAnyMore()
    {
        var folder = TestEmulator.NewFolder();
        try
        {
            await using (await StartAsync(folder)) { }
            await using var emulator = await TestEmulator.StartAsync(folder: folder);
            var store = await Accounts.OpenAsync(emulator, Accounts.DefaultStore);

            var error = await Assert.ThrowsAsync<RequestFailedException>(() => store.UploadBlobAsync("a", new BinaryData("a"), Stop));
            var details = await RunAsync(emulator, "first", "true", Outputs);

            var upload = await emulator.ExpectAsync(
                HttpStatusCode.NotImplemented,
                HttpMethod.Post,
                TestEmulator.Arm("/codes/code/versions/1/startPendingUpload"),
                "{}"
            );
            Assert.Contains("'npm install -g azurite'", (string?)upload["error"]!["message"], StringComparison.Ordinal);
            Assert.Equal(501, error.Status);
            Assert.Contains("'npm install -g azurite'", error.Message, StringComparison.Ordinal);
            Assert.Equal("Failed", (string?)details["status"]);
            Assert.Contains("'npm install -g azurite'", (string?)details["error"]!["error"]!["message"], StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Workspace_KeepsItsOwnStorage_WhenAzuriteIsInstalledLater()
    {
        var folder = TestEmulator.NewFolder();
        try
        {
            await using (var emulator = await TestEmulator.StartAsync(folder: folder))
                await (await Accounts.OpenAsync(emulator, Accounts.DefaultStore)).UploadBlobAsync("a", new BinaryData("a"), Stop);
            await using var later = await StartAsync(folder);

            Assert.Equal("a", await ReadAsync(await Accounts.OpenAsync(later, Accounts.DefaultStore), "a"));
            Assert.Empty(AzuritesOf(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<TestEmulator> StartAsync(string? folder = null) =>
        TestEmulator.StartAsync(options => options with { Azurite = Azurite.Package }, folder);

    private static async Task<JsonNode> RunAsync(
        TestEmulator emulator,
        string name,
        string command,
        string outputs = "{}",
        string inputs = "{}",
        bool prepare = true
    )
    {
        await emulator.SubmitAsync(
            name,
            command,
            job => (job["outputs"], job["inputs"]) = (JsonNode.Parse(outputs), JsonNode.Parse(inputs)),
            prepare
        );
        return await emulator.WaitForEndAsync(name);
    }

    private static async Task<string> ReadAsync(BlobContainerClient container, string blob) =>
        (await container.GetBlobClient(blob).DownloadContentAsync(Stop)).Value.Content.ToString();

    private static async Task<List<string>> NamesAsync(BlobContainerClient container)
    {
        var names = new List<string>();
        await foreach (var blob in container.GetBlobsAsync(cancellationToken: Stop))
            names.Add(blob.Name);
        return names;
    }

    private static async Task<int> StatusAsync<T>(Func<Task<T>> call) =>
        (await Assert.ThrowsAsync<RequestFailedException>(async () => await call())).Status;

    private static bool IsWritten(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(folder, "azurite"), "__azurite_db_blob__.json", SearchOption.AllDirectories)
            .Any(file => File.ReadAllText(file).Contains("\"a.txt\"", StringComparison.Ordinal));

    // The processes of Node that work in a folder of the emulator.
    private static List<int> AzuritesOf(string folder) =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(path => int.TryParse(Path.GetFileName(path), out var id) ? id : 0)
                .Where(id => id > 0 && CommandOf(id).Contains($"\0--location\0{folder}/", StringComparison.Ordinal)),
        ];

    private static string CommandOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return ""; // It has ended.
        }
    }
}
