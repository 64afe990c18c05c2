using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Fixtures.Network;
using WorkspaceEmulator.Containers;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Hosting;
using WorkspaceEmulator.Tests;

namespace EndToEnd.Containers;

public class ContainerJobTests(Engine engine)
{
    private const string MissingDigest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task Job_RunsInItsImage_WithMountsVariablesAndLog()
    {
        await using var emulator = await StartAsync();
        var image = await engine.PushAsync(engine.Registry, "runs");
        var data = Directory.CreateDirectory(Path.Combine(emulator.Folder, "my data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "x.txt"), "hello\n", TestContext.Current.CancellationToken);
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/datastores/data"),
            """{"properties":{"datastoreType":"AzureBlob","accountName":"localhost","containerName":"data","protocol":"file","""
                + $$$$""" "endpoint":"{{{{data}}}}","credentials":{"credentialsType":"None"}}}"""
        );

        var details = await RunAsync(
            emulator,
            "runs",
            image,
            """
            cat ${{inputs.data}}/x.txt; pwd; [ "$(id -u)" != 0 ] && echo not root
            echo "$MINE $AZUREML_RUN_ID $MLFLOW_TRACKING_SERVER_CERT_PATH ${PATH%%:*}"
            touch ${{inputs.data}}/y 2>/dev/null || echo read-only; echo oops >&2
            grep -c CERTIFICATE "$MLFLOW_TRACKING_SERVER_CERT_PATH"; df --block-size=1 --output=size /dev/shm | tail -1
            address=${MLFLOW_TRACKING_URI#*://}; address=${address%%/*}
            : < /dev/tcp/${address%:*}/${address#*:} && echo reaches the emulator
            echo model > ${{outputs.model}}/m; echo artifact > outputs/a.txt; echo home > ~/x && cat ~/x
            """,
            job =>
            {
                job["inputs"] = JsonNode.Parse(
                    """{"data":{"jobInputType":"uri_folder","uri":"azureml://datastores/data/paths/","mode":"ReadOnlyMount"}}"""
                );
                job["outputs"] = JsonNode.Parse("""{"model":{"jobOutputType":"uri_folder"}}""");
                job["environmentVariables"] = new JsonObject { ["MINE"] = "own value" };
                job["resources"] = new JsonObject { ["instanceCount"] = 1, ["shmSize"] = "96m" };
            }
        );

        // The two streams of a container are two pipes: the order of lines between them is not defined.
        Assert.Contains("oops\n", emulator.Log("runs"), StringComparison.Ordinal);
        Assert.Equal(
            "hello\n/mnt/azureml/wd\nnot root\nown value runs /mnt/azureml/emulator.crt /usr/local/sbin\nread-only\n2\n100663296\nreaches "
                + "the emulator\nhome\n",
            emulator.Log("runs").Replace("oops\n", "", StringComparison.Ordinal)
        );
        Assert.Equal("Completed", (string?)details["status"]);
        Assert.Equal(
            "artifact\n",
            await File.ReadAllTextAsync(Path.Combine(emulator.JobFolder("runs"), "wd/outputs/a.txt"), TestContext.Current.CancellationToken)
        );
        Assert.Equal(
            "model\n",
            await File.ReadAllTextAsync(
                Path.Combine(emulator.Folder, "storage/sub/group/work/workspaceblobstore/azureml/runs/model/m"),
                TestContext.Current.CancellationToken
            )
        );
        Assert.Contains($"Pulling image {image}.", SystemLog(emulator, "runs"), StringComparison.Ordinal);
        Assert.Contains($"Status: Downloaded newer image for {image}", SystemLog(emulator, "runs"), StringComparison.Ordinal);
        Assert.Empty(await engine.ContainersOfAsync(emulator.Folder));
    }

    [Theory]
    [InlineData("echo gone >&2; exit 3", "The command exited with code 3. The log user_logs/std_log.txt says more.")]
    [InlineData(
        "kill -KILL $$",
        "The command was killed (exit code 137), as by the kernel when a machine runs out of memory. The log user_logs/std_log.txt may say "
            + "more."
    )]
    [InlineData(
        "no-such-program",
        "A command was not found in image debian-base:bookworm (exit code 127); the log user_logs/std_log.txt names it. Correct the job's "
            + "command, or add the program to the image."
    )]
    [InlineData(
        "head -c 500m /dev/zero | tail -c 400m > /dev/null; exit ${PIPESTATUS[1]}",
        "The job ran out of memory and was killed (exit code 137): it may use 48 MiB (--job-memory of the emulator). Raise that, or make "
            + "the job need less, a smaller batch for example."
    )]
    public async Task Job_Fails_WhenItsCommandDoes(string command, string message)
    {
        await using var emulator = await StartAsync(options => options with { JobMemory = 48 << 20 });

        var details = await RunAsync(emulator, "fails", "debian-base:bookworm", command);

        Assert.Equal(("Failed", message), ((string?)details["status"], Error(details)));
        Assert.Empty(await engine.ContainersOfAsync(emulator.Folder));
    }

    [Fact]
    public async Task Job_RunsByTheOtherShell_WhenItsImageHasNoBash()
    {
        await using var emulator = await StartAsync();
        var container = await engine.OutputOfAsync("create", "--network", "none", "debian-base:bookworm", "rm", "/bin/bash");
        await engine.OutputOfAsync("start", "--attach", container);
        await engine.OutputOfAsync("commit", container, "without-bash:1");
        await engine.OutputOfAsync("rm", container);

        var details = await RunAsync(emulator, "runs", "without-bash:1", "echo ${BASH_VERSION:-no bash}");

        Assert.Equal("Completed", (string?)details["status"]);
        Assert.Equal("The image has no /bin/bash; /bin/sh runs the command.\nno bash\n", emulator.Log("runs"));
        await engine.OutputOfAsync("rmi", "--force", "without-bash:1");
    }

    [Fact]
    public async Task Job_Fails_WhenItsManifestIsMissing()
    {
        await using var emulator = await StartAsync();
        var image = $"{engine.Registry}/nothing@{MissingDigest}";

        var details = await RunAsync(emulator, "fails", image, "true");

        Assert.StartsWith(
            $"Image {image} is not in registry {engine.Registry}: manifest for {image} not found",
            Error(details),
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "Push it again, or register an environment whose image exists, and submit the job again.",
            Error(details),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Job_Fails_WhenItsRegistryDoesNotRespond()
    {
        await using var emulator = await StartAsync();
        var registry = $"localhost:{LoopbackPort.FindFree()}";

        var details = await RunAsync(emulator, "fails", $"{registry}/x@{MissingDigest}", "true");

        Assert.StartsWith(
            $"Registry {registry} of image {registry}/x@{MissingDigest} does not answer: ",
            Error(details),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Job_Fails_WhenItsImageIsForAnotherPlatform()
    {
        await using var emulator = await StartAsync();
        await engine.OutputOfAsync("load", "--input", EmptyImage.Write(emulator.Folder, "for-mainframes:1", "s390x"));

        var details = await RunAsync(emulator, "fails", "for-mainframes:1", "true");

        Assert.StartsWith(
            "Image for-mainframes:1 is for linux/s390x, and the Docker engine runs linux/",
            Error(details),
            StringComparison.Ordinal
        );
        await engine.OutputOfAsync("rmi", "--force", "for-mainframes:1");
    }

    [Fact]
    public async Task Job_RunsByDigest_WhenItsTagMovedAndWhenTheRegistryForgotIt()
    {
        await using var emulator = await StartAsync();
        var image = await engine.PushAsync(engine.Registry, "moves", "latest");
        await engine.OutputOfAsync("load", "--input", EmptyImage.Write(emulator.Folder, $"{engine.Registry}/moves:latest", "amd64"));
        await engine.OutputOfAsync("push", $"{engine.Registry}/moves:latest");

        Assert.Equal("Completed", (string?)(await RunAsync(emulator, "moved", image, "echo here"))["status"]);

        using var http = new HttpClient();
        using var deleted = await http.DeleteAsync(
            new Uri($"http://{engine.Registry}/v2/moves/manifests/{image.Split('@')[1]}"),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(HttpStatusCode.Accepted, deleted.StatusCode);
        await emulator.SubmitAsync("forgotten", "echo still here", prepare: false);
        Assert.Equal("Completed", (string?)(await emulator.WaitForEndAsync("forgotten"))["status"]);
        Assert.Contains("is not pulled", SystemLog(emulator, "forgotten"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trap 'echo told; exit 0' TERM; echo > go; sleep 600 & wait", "told\n")]
    [InlineData("trap '' TERM; echo > go; sleep 600", "")]
    [InlineData("bash -c 'trap \"sleep 1; echo child told; exit\" TERM; echo > ../wd/go; sleep 600 & wait'; true", "child told\n")]
    public async Task Cancel_EndsTheContainer(string command, string log)
    {
        // Enough for those that end by themselves; the one that does not takes all of it.
        var grace = TimeSpan.FromSeconds(log.Length > 0 ? 30 : 1);
        await using var emulator = await StartAsync(options => options with { TerminationGrace = grace });
        await PrepareAsync(emulator, "debian-base:bookworm");
        await emulator.SubmitAsync("cancels", command, prepare: false);
        await TestEmulator.WaitForFileAsync(Path.Combine(emulator.JobFolder("cancels"), "wd/go"));
        Assert.Single(await engine.ContainersOfAsync(emulator.Folder));

        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, TestEmulator.Arm("/jobs/cancels/cancel"));

        Assert.Equal("Canceled", (string?)(await emulator.WaitForEndAsync("cancels"))["status"]);
        Assert.Equal(log, emulator.Log("cancels"));
        Assert.Empty(await engine.ContainersOfAsync(emulator.Folder));
    }

    [Fact]
    public async Task Stop_EndsTheContainers()
    {
        engine.Require();
        var folder = TestEmulator.NewFolder();
        var emulator = await StartAsync(folder: folder);
        await PrepareAsync(emulator, "debian-base:bookworm");
        await emulator.SubmitAsync("runs", "echo > go; sleep 600", prepare: false);
        await TestEmulator.WaitForFileAsync(Path.Combine(emulator.JobFolder("runs"), "wd/go"));

        await emulator.DisposeAsync();

        Assert.Empty(await engine.ContainersOfAsync(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Log_KeepsEveryByteOfBothStreams()
    {
        await using var emulator = await StartAsync();

        await RunAsync(
            emulator,
            "writes",
            "debian-base:bookworm",
            "for i in $(seq 1 20000); do echo line $i; done; head -c 100000 /dev/zero | tr '\\0' x; echo; echo end >&2"
        );

        var lines = string.Concat(
            Enumerable.Range(1, 20000).Select(number => string.Create(CultureInfo.InvariantCulture, $"line {number}\n"))
        );
        Assert.Equal($"{lines}{new string('x', 100000)}\n", emulator.Log("writes").Replace("end\n", "", StringComparison.Ordinal));
    }

    private async Task<TestEmulator> StartAsync(Func<EmulatorOptions, EmulatorOptions>? change = null, string? folder = null)
    {
        engine.Require();
        return await TestEmulator.StartAsync(
            options =>
            {
                options = options with { Runtime = JobRuntime.Docker, DockerHost = engine.Host, JobNetwork = JobNetwork.Host };
                return change?.Invoke(options) ?? options;
            },
            folder
        );
    }

    private static async Task PrepareAsync(TestEmulator emulator, string image)
    {
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync(image);
    }

    private static async Task<JsonNode> RunAsync(
        TestEmulator emulator,
        string name,
        string image,
        string command,
        Action<JsonObject>? change = null
    )
    {
        await PrepareAsync(emulator, image);
        await emulator.SubmitAsync(name, command, change, prepare: false);
        return await emulator.WaitForEndAsync(name);
    }

    private static string? Error(JsonNode details) => (string?)details["error"]?["error"]?["message"];

    private static string SystemLog(TestEmulator emulator, string job) =>
        File.ReadAllText(Path.Combine(emulator.JobFolder(job), "system_logs/lifecycler/lifecycler.log"));
}
