using System.Net;
using System.Text.Json.Nodes;
using static WorkspaceEmulator.Tests.Containers.ContainerJobs;

namespace WorkspaceEmulator.Tests.Containers;

/// <summary>How containers end before their command is done, and what an earlier emulator left.</summary>
public class ContainerEndTests
{
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
}
