using System.Net;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Tests.Storage;

public class BlobOutputTests
{
    private const string Key = "a2V5";

    [Fact]
    public async Task WriteAsync_WritesWhatTheJobLeaves_AndDeletesWhatItDeleted()
    {
        await using var container = await FakeContainer.StartAsync();
        container.Blobs["a/old.txt"] = "old"u8.ToArray();
        container.Blobs["a/kept.txt"] = "kept"u8.ToArray();
        container.Blobs["ab/other.txt"] = "other"u8.ToArray();
        await using var emulator = await StartAsync(container);

        var details = await RunAsync(
            emulator,
            "cat ${{outputs.model}}/*; rm ${{outputs.model}}/old.txt; mkdir ${{outputs.model}}/b; echo new > ${{outputs.model}}/b/new.txt; "
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
            [("a/b/new.txt", "new\n"), ("a/kept.txt", "kept"), ("ab/other.txt", "other"), ("files/one.txt", "one\n")],
            container.Texts().Select(blob => (blob.Key, blob.Value))
        );
        Assert.Empty(Directory.EnumerateFiles(emulator.JobFolder("writes"), "new.txt", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task WriteAsync_WritesWhileTheJobRuns()
    {
        await using var container = await FakeContainer.StartAsync();
        await using var emulator = await StartAsync(container);
        await emulator.SubmitAsync("writes", "echo 1 > ${{outputs.checkpoints}}/1.ckpt; sleep 600", job =>
            job["outputs"] = JsonNode.Parse("""{"checkpoints":{"jobOutputType":"uri_folder","uri":"azureml://datastores/runs/paths/c"}}""")
        );

        await TestEmulator.EventuallyAsync(
            () => Task.FromResult(container.Blobs.ContainsKey("c/1.ckpt")),
            () => Task.FromResult("the checkpoint was not written")
        );

        Assert.Equal("Running", await emulator.StatusAsync("writes"));
        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, TestEmulator.Arm("/jobs/writes/cancel"));
        Assert.Equal("Canceled", (string?)(await emulator.WaitForEndAsync("writes"))["status"]);
    }

    [Fact]
    public async Task WriteAsync_ReadsNothing_WhenTheModeIsUpload()
    {
        await using var container = await FakeContainer.StartAsync();
        container.Blobs["a/old.txt"] = "old"u8.ToArray();
        await using var emulator = await StartAsync(container);

        var details = await RunAsync(
            emulator,
            "ls ${{outputs.model}}; echo new > ${{outputs.model}}/new.txt",
            """{"model":{"jobOutputType":"uri_folder","mode":"Upload","uri":"azureml://datastores/runs/paths/a"}}"""
        );

        Assert.Equal("Completed", (string?)details["status"]);
        Assert.Equal("", emulator.Log("writes"));
        Assert.Equal(["a/new.txt", "a/old.txt"], container.Texts().Keys);
    }

    [Fact]
    public async Task WriteAsync_WritesAWritableInput()
    {
        await using var container = await FakeContainer.StartAsync();
        container.Blobs["a/x.txt"] = "x"u8.ToArray();
        await using var emulator = await StartAsync(container);

        var details = await RunAsync(
            emulator,
            "echo more >> ${{inputs.data}}/x.txt",
            "{}",
            """{"data":{"jobInputType":"uri_folder","mode":"ReadWriteMount","uri":"azureml://datastores/runs/paths/a"}}"""
        );

        Assert.Equal("Completed", (string?)details["status"]);
        Assert.Equal("xmore\n", container.Texts()["a/x.txt"]);
    }

    [Fact]
    public async Task WriteAsync_FailsTheJob_WhenTheContainerRefuses()
    {
        await using var container = await FakeContainer.StartAsync();
        container.IsReadOnly = true;
        await using var emulator = await StartAsync(container);

        var details = await RunAsync(
            emulator,
            "echo new > ${{outputs.model}}/new.txt",
            """{"model":{"jobOutputType":"uri_folder","uri":"azureml://datastores/runs/paths/a"}}"""
        );

        Assert.Equal(
            (
                "Failed",
                "Output 'model' could not be written: datastore 'runs': container 'runs' of storage account 'account' answered 403: "
                    + "AuthorizationFailure."
            ),
            ((string?)details["status"], (string?)details["error"]!["error"]!["message"])
        );
    }

    [Theory]
    [InlineData(
        """ "endpoint":"core.windows.net","credentials":{"credentialsType":"AccountKey","secrets":{"secretsType":"AccountKey","key":"a2V5"}}""",
        "an output in a storage account of Azure ('account'), to which the emulator never writes (properties.outputs.model),"
    )]
    [InlineData(
        """ "endpoint":"127.0.0.1:1/account","credentials":{"credentialsType":"None"}""",
        "an output in a datastore without account key or SAS, as the emulator has no identity (properties.outputs.model),"
    )]
    public async Task Put_Returns501_WhenTheEmulatorCannotWriteThere(string members, string what)
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();
        await RegisterAsync(emulator, members);
        var job = TestEmulator.Job("true");
        job["properties"]!["outputs"] = JsonNode.Parse(
            """{"model":{"jobOutputType":"uri_folder","uri":"azureml://datastores/runs/paths/a"}}"""
        );

        var error = await emulator.ExpectAsync(
            HttpStatusCode.NotImplemented,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/needs"),
            job.ToJsonString()
        );

        Assert.Equal($"PUT {what} is not emulated. docs/emulator.md lists the operations that are.", (string?)error["error"]!["message"]);
    }

    private static async Task<TestEmulator> StartAsync(FakeContainer container)
    {
        var emulator = await TestEmulator.StartAsync();
        await RegisterAsync(
            emulator,
            $$$"""
            "protocol":"http","endpoint":"{{{container.Endpoint}}}",
            "credentials":{"credentialsType":"AccountKey","secrets":{"secretsType":"AccountKey","key":"{{{Key}}}"}}
            """
        );
        return emulator;
    }

    private static Task<JsonNode> RegisterAsync(TestEmulator emulator, string members) =>
        emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/datastores/runs"),
            $$$"""
            {"properties":{"datastoreType":"AzureBlob","accountName":"{{{FakeContainer.Account}}}","containerName":"{{{FakeContainer.Name}}}",
              {{{members}}}}}
            """
        );

    private static async Task<JsonNode> RunAsync(TestEmulator emulator, string command, string outputs, string inputs = "{}")
    {
        await emulator.SubmitAsync("writes", command, job =>
            (job["outputs"], job["inputs"]) = (JsonNode.Parse(outputs), JsonNode.Parse(inputs))
        );
        return await emulator.WaitForEndAsync("writes");
    }
}
