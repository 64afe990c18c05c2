using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Registry;
using static WorkspaceEmulator.Tests.Containers.ContainerJobs;

namespace WorkspaceEmulator.Tests.Containers;

public class ContainerRunnerTests
{
    [Fact]
    public async Task RunAsync_SendsTheExpectedRequests()
    {
        await using var engine = await FakeEngine.StartAsync(
            new()
            {
                ImagePlatform = "",
                Pull = (
                    200,
                    """
                    {"status":"Pulling from detection","id":"sha256:aaaa"}
                    {"status":"Downloading","progressDetail":{"current":1,"total":9},"id":"f00"}
                    {"status":"Downloading","progressDetail":{"current":9,"total":9},"id":"f00"}
                    {"status":"Pull complete","id":"f00"}
                    """
                ),
                Log = [(1, "out\n"), (2, "err\n"), (1, "half"), (1, " line\n")],
            }
        );
        await using var emulator = await StartAsync(engine, options =>
            options with
            {
                JobMemory = 1 << 30,
                RegistryService = "registry.example",
            }
        );

        var details = await RunAsync(emulator, job =>
        {
            job["inputs"] = JsonNode.Parse(
                """{"data":{"jobInputType":"uri_folder","uri":"azureml://datastores/workspaceblobstore/paths/"},"lr":"""
                    + """{"jobInputType":"literal","value":"0.1"}}"""
            );
            job["outputs"] = JsonNode.Parse(
                """{"PATH":{"jobOutputType":"uri_folder"},"list":"""
                    + """{"jobOutputType":"uri_file","uri":"azureml://datastores/workspaceblobstore/paths/a/list.txt"}}"""
            );
            job["command"] = "train ${{inputs.data}} ${{inputs.lr}} ${{outputs.PATH}} ${{outputs.list}}";
            job["environmentVariables"] = new JsonObject { ["MINE"] = "own value" };
            job["resources"] = new JsonObject { ["instanceCount"] = 1, ["shmSize"] = "64m" };
        });

        Assert.Equal("Completed", (string?)details["status"]);
        Assert.Contains(
            RegistryTokens.RefreshTokenUser,
            Encoding.UTF8.GetString(Base64Url.DecodeFromChars(engine.PullCredentials)),
            StringComparison.Ordinal
        );
        Assert.Equal("out\nerr\nhalf line\n", emulator.Log("trains"));
        Assert.Equal(
            [
                "GET /version",
                $"GET /v1.41/images/{Image}/json",
                "POST /v1.41/images/create?fromImage=registry.example%2Fdetection&tag=sha256%3Aaaaa",
                $"GET /v1.41/images/{Image}/json",
                "GET /v1.41/networks/bridge",
                "POST /v1.41/containers/create",
                $"POST /v1.41/containers/{FakeEngine.Container}/start",
            ],
            engine.Requests.Take(7)
        );
        Assert.Equal($"DELETE /v1.41/containers/{FakeEngine.Container}?v=1&force=1", engine.Requests.Last());
        Assert.Equal(
            [
                "Pulling image registry.example/detection@sha256:aaaa.",
                "sha256:aaaa: Pulling from detection",
                "f00: Downloading",
                "f00: Pull complete",
            ],
            SystemLog(emulator)
                .Where(line => line.Contains("ull", StringComparison.Ordinal) || line.Contains("Down", StringComparison.Ordinal))
        );
        var expected = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "Containers", "created.json"),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(expected, CreatedContainer.Normalize(engine.Created!, emulator));
    }

    [Fact]
    public async Task RunAsync_MountsFolders_WhereTheJobWantsThem()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var emulator = await StartAsync(engine);

        await RunAsync(emulator, job =>
        {
            job["command"] = "ls ${{inputs.data}} ${{outputs.model}}";
            job["inputs"] = JsonNode.Parse(
                """
                {"data":{"jobInputType":"uri_folder","uri":"azureml://datastores/workspaceblobstore/paths/","pathOnCompute":"/my/data/"}}
                """
            );
            job["outputs"] = JsonNode.Parse("""{"model":{"jobOutputType":"uri_folder","pathOnCompute":"/my/model"}}""");
        });

        var targets = engine.Created!["HostConfig"]!["Mounts"]!.AsArray().Select(mount => (string?)mount!["Target"]);
        Assert.Equal(["/mnt/azureml/wd", "/mnt/azureml/emulator.crt", "/my/data", "/my/model"], targets);
        Assert.Equal("ls /my/data /my/model", (string?)engine.Created["Entrypoint"]!.AsArray()[^1]);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("/")]
    [InlineData("/a/../b")]
    [InlineData("/proc/1")]
    [InlineData("/mnt")]
    [InlineData("/mnt/azureml/wd")]
    public async Task PutJob_Returns400_WhenAFolderCannotBeMountedThere(string path)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var emulator = await StartAsync(engine);
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync(Image);
        var job = TestEmulator.Job("true");
        job["properties"]!["outputs"] = new JsonObject
        {
            ["model"] = new JsonObject { ["jobOutputType"] = "uri_folder", ["pathOnCompute"] = path },
        };

        var error = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/trains"),
            job.ToJsonString()
        );

        Assert.Equal(
            $"properties.outputs.model.pathOnCompute is '{path.TrimEnd('/')}'; it must be an absolute path of a folder outside of /proc, "
                + "/sys, /dev, /mnt/azureml.",
            (string?)error["error"]!["message"]
        );
    }

    [Fact]
    public async Task CreateContainer_LimitsTheJobToItsVmSize_WhenNothingElseIsSaid()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var emulator = await StartAsync(engine);

        await RunAsync(emulator);

        var host = engine.Created!["HostConfig"]!;
        Assert.Equal((14L << 30, 14L << 30), ((long)host["Memory"]!, (long)host["MemorySwap"]!)); // Standard_DS3_v2
        Assert.Equal(4096, (int)host["PidsLimit"]!);
        Assert.Equal("ALL", (string?)host["CapDrop"]!.AsArray().Single());
        Assert.Equal("bridge", (string?)host["NetworkMode"]);
    }

    // Without times.
    private static IEnumerable<string> SystemLog(TestEmulator emulator) =>
        File.ReadLines(Path.Combine(emulator.JobFolder("trains"), "system_logs/lifecycler/lifecycler.log"))
            .Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
}
