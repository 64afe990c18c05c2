using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Containers;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Hosting;
using WorkspaceEmulator.Registry;

namespace WorkspaceEmulator.Tests.Containers;

public class ContainerRunnerTests
{
    private const string Image = "registry.example/detection@sha256:aaaa";
    private const string Manifest404 =
        """{"message":"manifest for registry.example/detection@sha256:aaaa not found: manifest unknown: manifest unknown"}""";

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

    public static TheoryData<int, string, string> FailedPulls =>
        new()
        {
            {
                404,
                Manifest404,
                $"Image {Image} is not in registry registry.example: manifest for {Image} not found: manifest unknown: manifest unknown. "
                    + "Push it again, or register an environment whose image exists, and submit the job again."
            },
            {
                404,
                """{"message":"pull access denied for detection, repository does not exist or may require 'docker login'"}""",
                $"Registry registry.example refused image {Image}: pull access denied for detection, repository does not exist or may "
                    + "require 'docker login'. Sign in with `docker login registry.example` as the user who runs the emulator, and ensure "
                    + "that the repository exists. Then submit the job again."
            },
            {
                500,
                """{"message":"Head \"https://registry.example/v2/\": unauthorized: authentication required"}""",
                $"Registry registry.example refused image {Image}: Head \"https://registry.example/v2/\": unauthorized: authentication "
                    + "required. Sign in with `docker login registry.example` as the user who runs the emulator, and ensure that the "
                    + "repository exists. Then submit the job again."
            },
            {
                500,
                """{"message":"dial tcp: lookup registry.example: no such host"}""",
                $"Registry registry.example of image {Image} does not answer: dial tcp: lookup registry.example: no such host. Start it or "
                    + "correct its name in the environment's image, and submit the job again."
            },
            {
                404,
                """{"message":"no matching manifest for linux/amd64 in the manifest list entries"}""",
                $"Image {Image} has nothing for linux/amd64 (no matching manifest for linux/amd64 in the manifest list entries), and the "
                    + "Docker engine runs linux/amd64. Build and push it for linux/amd64 (docker build --platform linux/amd64), register "
                    + "it as a new version of the environment, and submit the job again."
            },
            {
                200,
                """{"status":"Downloading","id":"f00"}"""
                    + "\n"
                    + """{"errorDetail":{"message":"no space left on device"},"error":"no space left on device"}""",
                $"Image {Image} could not be pulled: no space left on device. `docker pull {Image}` on this machine shows the same; fix "
                    + "that and submit the job again."
            },
        };

    [Theory]
    [MemberData(nameof(FailedPulls))]
    public async Task RunAsync_Fails_WhenTheImageCannotBePulled(int status, string body, string message)
    {
        await using var engine = await FakeEngine.StartAsync(new() { ImagePlatform = "", Pull = (status, body) });
        await using var emulator = await StartAsync(engine);

        var details = await RunAsync(emulator);

        Assert.Equal(("Failed", message), ((string?)details["status"], Error(details)));
        Assert.Null(engine.Created);
    }

    [Fact]
    public async Task RunAsync_Fails_WhenTheImageIsForAnotherPlatform()
    {
        await using var engine = await FakeEngine.StartAsync(new() { ImagePlatform = "linux/arm64" });
        await using var emulator = await StartAsync(engine);

        var details = await RunAsync(emulator);

        Assert.Equal(
            $"Image {Image} is for linux/arm64, and the Docker engine runs linux/amd64. Build and push it for linux/amd64 (docker build "
                + "--platform linux/amd64), register it as a new version of the environment, and submit the job again.",
            Error(details)
        );
        Assert.Null(engine.Created);
    }

    [Theory]
    [InlineData("""{"ExitCode":3}""", null, "The command exited with code 3. The log user_logs/std_log.txt says more.")]
    [InlineData(
        """{"ExitCode":127}""",
        null,
        $"A command was not found in image {Image} (exit code 127); the log user_logs/std_log.txt names it. Correct the job's command, or "
            + "add the program to the image."
    )]
    [InlineData(
        """{"ExitCode":126}""",
        null,
        $"A command in image {Image} could not be executed (exit code 126); the log user_logs/std_log.txt names it. Correct the job's "
            + "command or the program's mode in the image."
    )]
    [InlineData(
        """{"ExitCode":137,"OOMKilled":true}""",
        512L << 20,
        "The job ran out of memory and was killed (exit code 137): it may use 512 MiB (--job-memory of the emulator). Raise that, or make "
            + "the job need less, a smaller batch for example."
    )]
    [InlineData(
        """{"ExitCode":1,"OOMKilled":true}""",
        null,
        "The job, or this machine, ran out of memory and the job was killed (exit code 1): it may use 14 GiB, the memory of its VM size. "
            + "Choose a larger size, start the emulator with --job-memory, or make the job need less, a smaller batch for example."
    )]
    [InlineData(
        """{"ExitCode":137}""",
        null,
        "The command was killed (exit code 137), as by the kernel when a machine runs out of memory. The log user_logs/std_log.txt may say "
            + "more."
    )]
    [InlineData(
        """{"ExitCode":128,"Error":"a device is missing"}""",
        null,
        "The container could not run (exit code 128): a device is missing"
    )]
    public async Task RunAsync_Fails_AsTheContainerEnded(string state, long? memory, string message)
    {
        await using var engine = await FakeEngine.StartAsync(new() { State = (JsonObject)JsonNode.Parse(state)! });
        await using var emulator = await StartAsync(engine, options => options with { JobMemory = memory });

        var details = await RunAsync(emulator);

        Assert.Equal(("Failed", message), ((string?)details["status"], Error(details)));
        Assert.StartsWith("DELETE ", engine.Requests.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_Fails_WhenTheEngineDoesNotAnswer()
    {
        var host = $"unix://{Path.GetTempPath()}no-engine-{Guid.NewGuid():N}.sock";
        await using var emulator = await TestEmulator.StartAsync(options =>
            options with
            {
                Runtime = JobRuntime.Docker,
                DockerHost = host,
            }
        );

        var details = await RunAsync(emulator);

        Assert.Equal("SystemError", (string?)details["error"]!["error"]!["code"]);
        Assert.Equal(
            $"The Docker engine at {host} does not answer (there is no such socket). Start it, for example with `systemctl start docker`, "
                + "or run jobs as processes with --runtime=process.",
            Error(details)
        );
    }

    [Fact]
    public async Task RunAsync_Fails_WhenTheEngineStopsAnswering()
    {
        await using var engine = await FakeEngine.StartAsync(new() { BreaksWhileRunning = true });
        await using var emulator = await StartAsync(engine);

        var details = await RunAsync(emulator);

        Assert.StartsWith($"The Docker engine at {engine.Host} stopped answering (", Error(details), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_Fails_WhenTheEnvironmentWasDeleted()
    {
        await using var engine = await FakeEngine.StartAsync();
        // The job waits for its node meanwhile.
        await using var emulator = await StartAsync(engine, options => options with { ProvisioningTime = TimeSpan.FromSeconds(1) });
        await SubmitAsync(emulator);
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Delete, TestEmulator.Arm("/environments/detection/versions/1"));

        var details = await emulator.WaitForEndAsync("trains");

        Assert.Equal("Environment 'detection/1' was deleted; register a version of it and submit the job again.", Error(details));
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
    public async Task RunAsync_StopsAndRemovesTheContainer_WhenCanceled()
    {
        await using var engine = await FakeEngine.StartAsync(new() { RunsUntilStopped = true, Log = [(1, "begun\n")] });
        await using var emulator = await StartAsync(engine, options => options with { TerminationGrace = TimeSpan.FromSeconds(10) });
        await SubmitAsync(emulator);
        await engine.Waiting;

        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, TestEmulator.Arm("/jobs/trains/cancel"));

        Assert.Equal("Canceled", (string?)(await emulator.WaitForEndAsync("trains"))["status"]);
        Assert.Equal(
            [$"POST /v1.41/containers/{FakeEngine.Container}/stop?t=10", $"DELETE /v1.41/containers/{FakeEngine.Container}?v=1&force=1"],
            engine.Requests.Where(request => !request.StartsWith("GET ", StringComparison.Ordinal)).TakeLast(2)
        );
        Assert.Equal("begun\n", emulator.Log("trains"));
    }

    [Fact]
    public async Task RunAsync_KillsTheContainer_WhenPreempted()
    {
        await using var engine = await FakeEngine.StartAsync(new() { RunsUntilStopped = true, Log = [(1, "begun\n")] });
        await using var emulator = await StartAsync(engine);
        await emulator.ExpectAsync(
            HttpStatusCode.OK,
            HttpMethod.Put,
            "emulator/faults",
            """{"rules":[{"job":"*","count":1,"preempt":{"logBytes":3}}]}"""
        );

        var details = await RunAsync(emulator);

        Assert.Equal("Completed", (string?)details["status"]);
        string[] made = ["POST /v1.41/containers/create", $"POST /v1.41/containers/{FakeEngine.Container}/start"];
        Assert.Equal(
            [
                .. made,
                $"POST /v1.41/containers/{FakeEngine.Container}/kill?signal=KILL",
                $"DELETE /v1.41/containers/{FakeEngine.Container}?v=1&force=1",
                .. made,
                $"DELETE /v1.41/containers/{FakeEngine.Container}?v=1&force=1",
            ],
            engine.Requests.Where(request =>
                request.Contains("/containers/create", StringComparison.Ordinal)
                || request.Contains("start", StringComparison.Ordinal)
                || request.Contains("/kill", StringComparison.Ordinal)
                || request.StartsWith("DELETE", StringComparison.Ordinal)
            )
        );
        Assert.Equal(
            ["begun\n", "begun\n"],
            [
                emulator.Log("trains"),
                await File.ReadAllTextAsync(
                    Path.Combine(emulator.JobFolder("trains"), "user_logs/std_log_0.txt"),
                    TestContext.Current.CancellationToken
                ),
            ]
        );
    }

    [Fact]
    public async Task RunAsync_EndsThePull_WhenCanceled()
    {
        await using var engine = await FakeEngine.StartAsync(new() { ImagePlatform = "", IsPullEndless = true });
        await using var emulator = await StartAsync(engine);
        await SubmitAsync(emulator);
        await engine.Waiting;

        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, TestEmulator.Arm("/jobs/trains/cancel"));

        Assert.Equal("Canceled", (string?)(await emulator.WaitForEndAsync("trains"))["status"]);
        Assert.Null(engine.Created);
    }

    [Fact]
    public async Task RunAsync_StopsTheContainer_WhenTheEmulatorStops()
    {
        await using var engine = await FakeEngine.StartAsync(new() { RunsUntilStopped = true });
        var folder = TestEmulator.NewFolder();
        await using (var emulator = await StartAsync(engine, folder: folder))
        {
            await SubmitAsync(emulator);
            await engine.Waiting;
        }

        Assert.StartsWith("DELETE ", engine.Requests.Last(), StringComparison.Ordinal);
        Assert.Contains(
            "The emulator stopped while the job ran.",
            await File.ReadAllTextAsync(Path.Combine(folder, "jobs/trains/run.json"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task RemoveAsync_RemovesContainers_OfAnEarlierEmulator()
    {
        var folder = TestEmulator.NewFolder();
        var marker = Path.Combine(folder, "container-engines");
        await using var engine = await FakeEngine.StartAsync(
            new()
            {
                Left = new(JsonNode.Parse($$$"""{"Id":"{{{FakeEngine.Container}}}","Labels":{"io.model-training.job":"old"}}""")),
                LeftNetworks = new(JsonNode.Parse("""{"Id":"fedcba","Name":"model-training-old"}""")),
            }
        );
        await File.WriteAllTextAsync(marker, engine.Host, TestContext.Current.CancellationToken);

        await using (await TestEmulator.StartAsync(folder: folder))
        {
            var filters = Uri.EscapeDataString($$$"""{"label":{"io.model-training.state={{{folder}}}":true}}""");
            Assert.Equal(
                [
                    "GET /version",
                    $"GET /v1.41/containers/json?all=1&filters={filters}",
                    $"POST /v1.41/containers/{FakeEngine.Container}/stop?t=1",
                    $"DELETE /v1.41/containers/{FakeEngine.Container}?v=1&force=1",
                    $"GET /v1.41/networks?filters={filters}",
                    "DELETE /v1.41/networks/model-training-old",
                ],
                engine.Requests
            );
            Assert.False(File.Exists(marker));
        }

        Directory.Delete(folder, recursive: true);
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

    [Fact]
    public async Task OpenAsync_PassesConnectionsOn_FromTheBridge()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var emulator = await StartAsync(engine);
        await RunAsync(emulator);
        var uri = engine.Created!["Env"]!
            .AsArray()
            .Select(entry => (string)entry!)
            .Single(entry => entry.StartsWith("MLFLOW_TRACKING_URI=", StringComparison.Ordinal));
        var authority = new Uri(uri["MLFLOW_TRACKING_URI=".Length..]).Authority;
        Assert.Equal($"host.docker.internal:{emulator.Endpoint.Port}", authority);
        Assert.Equal("host.docker.internal:127.0.0.2", (string?)engine.Created["HostConfig"]!["ExtraHosts"]![0]);

        using var client = TestEmulator.CreateClient(emulator.Folder, new($"https://127.0.0.2:{emulator.Endpoint.Port}/"));
        client.DefaultRequestHeaders.Host = authority;
        using var response = await client.GetAsync("emulator/status", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task OpenAsync_FailsTheJob_WhenTheEngineHasNoBridge()
    {
        await using var engine = await FakeEngine.StartAsync(new() { Gateway = null });
        await using var emulator = await StartAsync(engine);

        var details = await RunAsync(emulator);

        Assert.Equal("Failed", (string?)details["status"]);
        Assert.Equal(
            $"Containers cannot reach the emulator through the bridge network of the Docker engine at {engine.Host} (it has none). "
                + "Give the engine a bridge, or let jobs use this machine's network: start the emulator with --job-network=host, or set "
                + "WORKSPACE_EMULATOR_JOB_NETWORK=host for the target that starts it.",
            Error(details)
        );
        Assert.Null(engine.Created);
    }

    [Fact]
    public async Task CreateContainer_UsesTheMachinesNetwork_WhenAsked()
    {
        await using var engine = await FakeEngine.StartAsync(new() { Gateway = null });
        await using var emulator = await StartAsync(engine, options => options with { JobNetwork = JobNetwork.Host });

        Assert.Equal("Completed", (string?)(await RunAsync(emulator))["status"]);
        Assert.Equal("host", (string?)engine.Created!["HostConfig"]!["NetworkMode"]);
    }

    [Fact]
    public async Task RemoveAsync_KeepsEngines_ThatDidNotAnswer()
    {
        var folder = TestEmulator.NewFolder();
        var marker = Path.Combine(folder, "container-engines");
        await using var engine = await FakeEngine.StartAsync();
        await File.WriteAllTextAsync(marker, $"{engine.Host}\nunix://{folder}/no.sock", TestContext.Current.CancellationToken);

        await using (await TestEmulator.StartAsync(folder: folder))
            Assert.Equal($"unix://{folder}/no.sock", await File.ReadAllTextAsync(marker, TestContext.Current.CancellationToken));

        Directory.Delete(folder, recursive: true);
    }

    private static Task<TestEmulator> StartAsync(
        FakeEngine engine,
        Func<EmulatorOptions, EmulatorOptions>? change = null,
        string? folder = null
    ) =>
        TestEmulator.StartAsync(
            options =>
            {
                options = options with { Runtime = JobRuntime.Docker, DockerHost = engine.Host };
                return change?.Invoke(options) ?? options;
            },
            folder
        );

    private static async Task SubmitAsync(TestEmulator emulator, Action<JsonObject>? change = null)
    {
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync(Image);
        await emulator.SubmitAsync("trains", "true", change, prepare: false);
    }

    private static async Task<JsonNode> RunAsync(TestEmulator emulator, Action<JsonObject>? change = null)
    {
        await SubmitAsync(emulator, change);
        return await emulator.WaitForEndAsync("trains");
    }

    private static string? Error(JsonNode details) => (string?)details["error"]?["error"]?["message"];

    // Without times.
    private static IEnumerable<string> SystemLog(TestEmulator emulator) =>
        File.ReadLines(Path.Combine(emulator.JobFolder("trains"), "system_logs/lifecycler/lifecycler.log"))
            .Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
}
