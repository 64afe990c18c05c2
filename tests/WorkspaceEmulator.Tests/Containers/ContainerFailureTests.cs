using System.Net;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Execution;
using static WorkspaceEmulator.Tests.Containers.ContainerJobs;

namespace WorkspaceEmulator.Tests.Containers;

public class ContainerFailureTests
{
    private const string Manifest404 =
        """{"message":"manifest for registry.example/detection@sha256:aaaa not found: manifest unknown: manifest unknown"}""";

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
}
