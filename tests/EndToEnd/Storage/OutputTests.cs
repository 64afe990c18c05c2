using System.Net;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using Experiments.Plans;
using WorkspaceEmulator.Tests;

namespace EndToEnd.Storage;

/// <summary>Outputs of the emulator's jobs in the container of a registered datastore, which Azurite serves.</summary>
public sealed class OutputTests(Azurite azurite)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("AccountKey")]
    [InlineData("Sas")]
    public async Task Job_WritesWhatItLeaves_AndDeletesWhatItDeleted(string credentials)
    {
        var plan = await azurite.CreateContainerAsync();
        var container = Azurite.Container(plan);
        await container.UploadBlobAsync("a/old.txt", new BinaryData("old"), Stop);
        await container.UploadBlobAsync("a/kept.txt", new BinaryData("kept"), Stop);
        await container.UploadBlobAsync("ab/other.txt", new BinaryData("other"), Stop);
        await using var emulator = await StartAsync(plan, credentials, BlobContainerSasPermissions.All);

        var details = await RunAsync(
            emulator,
            "cat ${{outputs.model}}/*; rm ${{outputs.model}}/old.txt; mkdir ${{outputs.model}}/b; echo new > ${{outputs.model}}/b/new.txt; "
                + "echo odd > '${{outputs.model}}/b/größe 100% #1+2.txt'; head -c 9000000 /dev/zero > ${{outputs.model}}/large.bin; "
                + "ln -s /etc/hostname ${{outputs.model}}/link; echo one > ${{outputs.file}}",
            """
            {
              "model": { "jobOutputType": "uri_folder", "uri": "azureml://datastores/runs/paths/a/" },
              "file": { "jobOutputType": "uri_file", "uri": "azureml://datastores/runs/paths/files/one.txt" }
            }
            """
        );

        Assert.Equal("Completed", (string?)details["status"]);
        Assert.Equal("keptold", emulator.Log("writes"));
        Assert.Equal(
            [
                "a/b/größe 100% #1+2.txt: odd\n",
                "a/b/new.txt: new\n",
                "a/kept.txt: kept",
                "a/large.bin: 9000000 bytes",
                "ab/other.txt: other",
                "files/one.txt: one\n",
            ],
            await TextsAsync(container)
        );
    }

    [Fact]
    public async Task Job_WritesWhileItRuns_AndReadsItsCheckpointsInTheNextRun()
    {
        var plan = await azurite.CreateContainerAsync();
        var container = Azurite.Container(plan);
        await using var emulator = await StartAsync(plan, "AccountKey", BlobContainerSasPermissions.All);
        const string Outputs = """{"checkpoints":{"jobOutputType":"uri_folder","uri":"azureml://datastores/runs/paths/c"}}""";
        await emulator.SubmitAsync("first", "echo 1 > ${{outputs.checkpoints}}/1.ckpt; sleep 600", job =>
            job["outputs"] = JsonNode.Parse(Outputs)
        );

        await TestEmulator.EventuallyAsync(
            async () => await container.GetBlobClient("c/1.ckpt").ExistsAsync(Stop),
            () => Task.FromResult("the checkpoint was not written")
        );
        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, TestEmulator.Arm("/jobs/first/cancel"));
        await emulator.WaitForEndAsync("first");
        var details = await RunAsync(
            emulator,
            "cat ${{outputs.checkpoints}}/1.ckpt; echo 2 > ${{outputs.checkpoints}}/2.ckpt",
            Outputs,
            prepare: false
        );

        Assert.Equal(("Canceled", "Completed"), (await emulator.StatusAsync("first"), (string?)details["status"]));
        Assert.Equal("1\n", emulator.Log("writes"));
        Assert.Equal(["c/1.ckpt: 1\n", "c/2.ckpt: 2\n"], await TextsAsync(container));
    }

    [Fact]
    public async Task Job_ReadsNothingBefore_WhenTheModeIsUpload_AndWritesAWritableInput()
    {
        var plan = await azurite.CreateContainerAsync();
        var container = Azurite.Container(plan);
        await container.UploadBlobAsync("a/x.txt", new BinaryData("x"), Stop);
        await using var emulator = await StartAsync(plan, "AccountKey", BlobContainerSasPermissions.All);

        var details = await RunAsync(
            emulator,
            "echo more >> ${{inputs.data}}/x.txt; ls ${{outputs.model}}; echo new > ${{outputs.model}}/new.txt",
            """{"model":{"jobOutputType":"uri_folder","mode":"Upload","uri":"azureml://datastores/runs/paths/b"}}""",
            """{"data":{"jobInputType":"uri_folder","mode":"ReadWriteMount","uri":"azureml://datastores/runs/paths/a"}}"""
        );

        Assert.Equal("Completed", (string?)details["status"]);
        Assert.Equal("", emulator.Log("writes"));
        Assert.Equal(["a/x.txt: xmore\n", "b/new.txt: new\n"], await TextsAsync(container));
    }

    [Fact]
    public async Task Job_Fails_WhenTheSignatureGrantsNoWriting()
    {
        var plan = await azurite.CreateContainerAsync();
        await using var emulator = await StartAsync(plan, "Sas", BlobContainerSasPermissions.Read | BlobContainerSasPermissions.List);

        var details = await RunAsync(
            emulator,
            "echo new > ${{outputs.model}}/new.txt",
            """{"model":{"jobOutputType":"uri_folder","uri":"azureml://datastores/runs/paths/a"}}"""
        );

        Assert.Equal("Failed", (string?)details["status"]);
        Assert.Equal(
            $"Output 'model' could not be written: datastore 'runs': container '{plan.Container}' of storage account '{Azurite.Account}' "
                + "answered 403: AuthorizationPermissionMismatch.",
            (string?)details["error"]!["error"]!["message"]
        );
        Assert.Empty(await TextsAsync(Azurite.Container(plan)));
    }

    private static async Task<TestEmulator> StartAsync(DatastorePlan plan, string credentials, BlobContainerSasPermissions granted)
    {
        var emulator = await TestEmulator.StartAsync();
        var signed = Azurite.Container(plan).GenerateSasUri(granted, TimeProvider.System.GetUtcNow().AddHours(1)).Query;
        var secrets =
            credentials == "Sas"
                ? new JsonObject { ["secretsType"] = "Sas", ["sasToken"] = signed }
                : new JsonObject { ["secretsType"] = "AccountKey", ["key"] = Azurite.Key };
        var properties = new JsonObject
        {
            ["datastoreType"] = "AzureBlob",
            ["accountName"] = Azurite.Account,
            ["containerName"] = plan.Container,
            ["protocol"] = plan.Protocol,
            ["endpoint"] = plan.EndpointSuffix,
            ["credentials"] = new JsonObject { ["credentialsType"] = credentials, ["secrets"] = secrets },
        };
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/datastores/runs"),
            new JsonObject { ["properties"] = properties }.ToJsonString()
        );
        return emulator;
    }

    private static async Task<JsonNode> RunAsync(
        TestEmulator emulator,
        string command,
        string outputs,
        string inputs = "{}",
        bool prepare = true
    )
    {
        await emulator.SubmitAsync(
            "writes",
            command,
            job => (job["outputs"], job["inputs"]) = (JsonNode.Parse(outputs), JsonNode.Parse(inputs)),
            prepare
        );
        return await emulator.WaitForEndAsync("writes");
    }

    private static async Task<List<string>> TextsAsync(BlobContainerClient container)
    {
        var found = new List<string>();
        await foreach (var blob in container.GetBlobsAsync(cancellationToken: Stop))
        {
            var content = (await container.GetBlobClient(blob.Name).DownloadContentAsync(Stop)).Value.Content;
            found.Add($"{blob.Name}: {(content.ToMemory().Length > 1000 ? $"{content.ToMemory().Length} bytes" : content.ToString())}");
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }
}
