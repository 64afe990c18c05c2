using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Fixtures;
using WorkspaceEmulator.Hosting;

namespace WorkspaceEmulator.Tests;

public sealed class LifetimeTests : IDisposable
{
    private readonly List<Process> started = [];

    /// <summary>Ends processes that a failed test left running.</summary>
    public void Dispose()
    {
        foreach (var process in started)
        {
            if (!process.HasExited)
                process.Kill();
            process.Dispose();
        }
    }

    [Fact]
    public async Task StartAsync_RestoresTheState_AfterARestart()
    {
        var folder = TestEmulator.NewFolder();
        await using (var emulator = await TestEmulator.StartAsync(folder: folder))
        {
            await emulator.ExpectAsync(
                HttpStatusCode.Created,
                HttpMethod.Put,
                TestEmulator.Arm("/datastores/data"),
                """{"properties":{"datastoreType":"AzureBlob","accountName":"acct","credentials":{"credentialsType":"Sas","secrets":"""
                    + """{"secretsType":"Sas","sasToken":"secret"}}}}"""
            );
            await emulator.SubmitAsync("kept", "echo hi", job => job["tags"] = new JsonObject { ["a"] = "b" });
            await emulator.WaitForEndAsync("kept");
            await emulator.PostAsync(
                TestEmulator.Mlflow("runs/log-batch"),
                """{"run_id":"kept","metrics":[{"key":"loss","value":1,"step":1},{"key":"loss","value":2,"step":2}],"params":"""
                    + """[{"key":"lr","value":"1"}]}"""
            );
        }

        await using (var emulator = await TestEmulator.StartAsync(options => options with { Workspaces = [] }, folder))
        {
            var job = await emulator.GetAsync(TestEmulator.Arm("/jobs/kept"));
            Assert.Equal(("Completed", "b"), ((string?)job["properties"]!["status"], (string?)job["properties"]!["tags"]!["a"]));
            var run = (await emulator.GetAsync(TestEmulator.Mlflow("runs/get?run_id=kept")))["run"]!;
            Assert.Equal(2, (double)run["data"]!["metrics"]![0]!["value"]!);
            Assert.Equal("1", (string?)run["data"]!["params"]![0]!["value"]);
            Assert.Equal("secret", (string?)(await emulator.PostAsync(TestEmulator.Arm("/datastores/data/listSecrets"), ""))["sasToken"]);
            Assert.Equal(
                "Succeeded",
                (string?)(await emulator.GetAsync(TestEmulator.Arm("/computes/cpu")))["properties"]!["provisioningState"]
            );
            await emulator.SubmitAsync("next", "true", prepare: false);
            Assert.Equal("Completed", (string?)(await emulator.WaitForEndAsync("next"))["status"]);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task StopAsync_FailsRunningJobs_AndKeepsQueuedOnes()
    {
        var folder = TestEmulator.NewFolder();
        int process;
        await using (var emulator = await TestEmulator.StartAsync(folder: folder))
        {
            await emulator.CreateComputeAsync(nodes: 1);
            await emulator.CreateEnvironmentAsync();
            await emulator.SubmitAsync("running", "echo $$ > pid.tmp; mv pid.tmp pid; sleep 600", prepare: false);
            await emulator.SubmitAsync("waiting", "true", prepare: false);
            var pid = Path.Combine(emulator.JobFolder("running"), "wd/pid");
            await TestEmulator.WaitForFileAsync(pid);
            process = int.Parse(await File.ReadAllTextAsync(pid, TestContext.Current.CancellationToken));
            var shutdown = emulator.WaitForShutdownAsync();
            var stopped = await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "emulator/shutdown");
            Assert.Equal("""{"endsJobs":["running"],"keepsJobs":["waiting"]}""", stopped.ToJsonString());
            await shutdown;
            Assert.False(File.Exists(Path.Combine(folder, "emulator.json")));
        }

        Assert.False(ProcessTable.IsAlive(process));
        var end = JsonNode.Parse(
            await File.ReadAllTextAsync(Path.Combine(folder, "last-end.json"), TestContext.Current.CancellationToken)
        )!;
        Assert.Equal("stopped", (string?)end["state"]);
        Assert.Equal(("running", "Failed"), ((string?)end["endedJobs"]![0]!["name"], (string?)end["endedJobs"]![0]!["status"]));
        Assert.Equal("waiting", (string?)end["waitingJobs"]![0]!["name"]);
        await using (var emulator = await TestEmulator.StartAsync(folder: folder))
        {
            var details = await emulator.WaitForEndAsync("running");
            Assert.Equal("Failed", (string?)details["status"]);
            Assert.Equal(
                "The emulator stopped while the job ran. Submitting the job again makes a new attempt, which resumes from its checkpoints.",
                (string?)details["error"]!["error"]!["message"]
            );
            Assert.Equal("Completed", (string?)(await emulator.WaitForEndAsync("waiting"))["status"]);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task StartingAsync_FailsTheJob_AfterACrash()
    {
        var folder = TestEmulator.NewFolder();
        int job;
        {
            var crashing = StartProcess(folder);
            using var client = await ConnectAsync(folder);
            await PutAsync(
                client,
                "/computes/cpu",
                """{"properties":{"computeType":"AmlCompute","properties":{"vmSize":"Standard_DS3_v2"}}}"""
            );
            await PutAsync(client, "/environments/detection/versions/1", """{"properties":{"image":"i:1"}}""");
            await PutAsync(client, "/jobs/orphan", TestEmulator.Job("echo $$ > pid.tmp; mv pid.tmp pid; sleep 600").ToJsonString());
            var pid = Path.Combine(folder, "jobs/orphan/wd/pid");
            await TestEmulator.EventuallyAsync(() => Task.FromResult(File.Exists(pid)), () => Task.FromResult("the job does not run"));
            job = int.Parse(await File.ReadAllTextAsync(pid, TestContext.Current.CancellationToken));

            var second = StartProcess(folder);
            await second.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(3, second.ExitCode);
            Assert.StartsWith(
                $"{folder} is in use by process {crashing.Id}, listening on https://localhost:",
                await second.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal
            );

            crashing.Kill();
            await crashing.WaitForExitAsync(TestContext.Current.CancellationToken);
            await TestEmulator.EventuallyAsync(
                () => Task.FromResult(!ProcessTable.IsAlive(job)),
                () => Task.FromResult("the job outlives the emulator")
            );
        }

        await using (var emulator = await TestEmulator.StartAsync(folder: folder))
        {
            var details = await emulator.WaitForEndAsync("orphan");
            Assert.Equal("Failed", (string?)details["status"]);
            Assert.StartsWith(
                "The emulator ended unexpectedly while the job ran.",
                (string?)details["error"]!["error"]!["message"],
                StringComparison.Ordinal
            );
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Main_WritesTheEndpointFile_AndStopsInOrderOnTerm()
    {
        var folder = TestEmulator.NewFolder();
        var process = StartProcess(folder);
        using (var client = await ConnectAsync(folder))
        {
            var announcement = JsonNode.Parse(
                await File.ReadAllTextAsync(Path.Combine(folder, "emulator.json"), TestContext.Current.CancellationToken)
            )!;
            Assert.Equal(process.Id, (int)announcement["processId"]!);
            Assert.Equal(typeof(EmulatorHost).Module.ModuleVersionId.ToString(), (string?)announcement["build"]);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "token")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "emulator.key")));
            var status = JsonNode.Parse(await client.GetStringAsync("emulator/status", TestContext.Current.CancellationToken))!;
            Assert.Equal(0, (int)status["activeJobs"]!);
            Assert.Equal((string?)announcement["endpoint"], (string?)status["endpoint"]);
        }

        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString()]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        Assert.False(File.Exists(Path.Combine(folder, "emulator.json")));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Main_LeavesTheCurrentFolderAlone()
    {
        var folder = TestEmulator.NewFolder();
        var current = Path.Combine(folder, "project");
        Directory.CreateDirectory(Path.Combine(current, "node_modules"));
        // A web application of this user, whose settings would end the emulator or open another port.
        await File.WriteAllTextAsync(
            Path.Combine(current, "appsettings.json"),
            """{"Kestrel":{"Endpoints":{"Own":{"Url":"nonsense"}}}}""",
            TestContext.Current.CancellationToken
        );
        var process = StartProcess(folder, current);

        using var client = await ConnectAsync(folder);

        // The kernel names every folder that a process watches.
        var watches = Directory
            .EnumerateFiles($"/proc/{process.Id}/fdinfo")
            .Where(File.Exists)
            .SelectMany(file => File.ReadAllText(file).Split('\n'))
            .Where(line => line.StartsWith("inotify", StringComparison.Ordinal));
        Assert.Empty(watches);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Open_ClosesTheFolderToOthers_WhenItExisted()
    {
        var folder = TestEmulator.NewFolder();
        var inner = Directory.CreateDirectory(Path.Combine(folder, "jobs", "old", "wd")).FullName;
        var file = Path.Combine(inner, "script.sh");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        const UnixFileMode Open = (UnixFileMode)0x1ed; // 0755
        foreach (var path in new[] { folder, Path.Combine(folder, "jobs"), inner, file })
            File.SetUnixFileMode(path, Open);

        await using (await TestEmulator.StartAsync(folder: folder))
        {
            var open = Directory
                .EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
                .Append(folder)
                .Where(path => ((int)File.GetUnixFileMode(path) & 0x3f) != 0);
            Assert.Empty(open);
            Assert.True(File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task ExecuteAsync_StopsTheEmulator_WhenIdle()
    {
        await using var emulator = await TestEmulator.StartAsync(options => options with { IdleTime = TimeSpan.FromMilliseconds(200) });

        await emulator.WaitForShutdownAsync().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.False(File.Exists(Path.Combine(emulator.Folder, "emulator.json")));
    }

    private Process StartProcess(string folder, string? current = null)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "WorkspaceEmulator.dll");
        var process = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [program, "--state", folder, "--workspace", "sub/group/work", "--provisioning-milliseconds", "30"]
            )
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                WorkingDirectory = current ?? "",
            }
        )!;
        started.Add(process);
        return process;
    }

    private static async Task<HttpClient> ConnectAsync(string folder)
    {
        var file = Path.Combine(folder, "emulator.json");
        await TestEmulator.EventuallyAsync(
            () => Task.FromResult(File.Exists(file)),
            () => Task.FromResult("the emulator has not announced itself")
        );
        var announcement = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        return TestEmulator.CreateClient(folder, new((string)announcement["endpoint"]!));
    }

    private static async Task PutAsync(HttpClient client, string path, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PutAsync(TestEmulator.Arm(path), content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }
}
