using System.Text.Json.Nodes;
using WorkspaceEmulator.Containers;
using WorkspaceEmulator.Execution;

namespace WorkspaceEmulator.Tests.Containers;

public class ContainerNetworkTests
{
    private static void OnTwoNodes(JsonObject job)
    {
        job["resources"] = new JsonObject { ["instanceCount"] = 2 };
        job["distribution"] = new JsonObject { ["distributionType"] = "PyTorch", ["processCountPerInstance"] = 1 };
    }

    private static Task<TestEmulator> StartAsync(FakeEngine engine, JobNetwork network = JobNetwork.Bridge) =>
        TestEmulator.StartAsync(options => options with { Runtime = JobRuntime.Docker, DockerHost = engine.Host, JobNetwork = network });

    private static string[] Environment(JsonNode created, params string[] names) =>
        [
            .. created["Env"]!
                .AsArray()
                .Select(value => (string)value!)
                .Where(value => names.Contains(value[..value.IndexOf('=', StringComparison.Ordinal)])),
        ];

    [Fact]
    public async Task RunAsync_RunsEachProcessInAContainer_OfANetworkOfTheirOwn()
    {
        await using var engine = await FakeEngine.StartAsync(new() { Log = [(1, "out\n")] });
        await using var emulator = await StartAsync(engine);

        await emulator.SubmitAsync("trains", "train", OnTwoNodes);
        var details = await emulator.WaitForEndAsync("trains");

        Assert.Equal("Completed", (string?)details["status"]);
        var network = (string)engine.CreatedNetwork!["Name"]!;
        Assert.StartsWith("model-training-", network, StringComparison.Ordinal);
        Assert.Equal("trains", (string?)engine.CreatedNetwork["Labels"]!["io.model-training.job"]);
        Assert.Equal(2, engine.AllCreated.Count);
        foreach (var (created, rank) in engine.AllCreated.Select((created, rank) => (created, rank)))
        {
            Assert.Equal(network, (string?)created["HostConfig"]!["NetworkMode"]);
            Assert.Equal($"process-{rank}", (string?)created["Hostname"]);
            Assert.Equal($"process-{rank}", (string?)created["NetworkingConfig"]!["EndpointsConfig"]![network]!["Aliases"]![0]);
            Assert.Equal(
                ["LOCAL_RANK=0", "MASTER_ADDR=process-0", "MASTER_PORT=6105", $"NODE_RANK={rank}", $"RANK={rank}", "WORLD_SIZE=2"],
                Environment(created, "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT", "NODE_RANK", "RANK", "WORLD_SIZE")
            );
            var log = Path.Combine(emulator.JobFolder("trains"), "user_logs", $"std_log_process_{rank}.txt");
            Assert.Equal("out\n", await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken));
        }

        Assert.Equal($"DELETE /v1.41/networks/{network}", engine.Requests.Last());
    }

    [Fact]
    public async Task RunAsync_NeedsNoNetwork_WithThatOfThisMachine()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var emulator = await StartAsync(engine, JobNetwork.Host);

        await emulator.SubmitAsync("trains", "train", OnTwoNodes);
        await emulator.WaitForEndAsync("trains");

        Assert.Null(engine.CreatedNetwork);
        Assert.All(engine.AllCreated, created => Assert.Equal(["MASTER_ADDR=127.0.0.1"], Environment(created, "MASTER_ADDR")));
    }

    [Fact]
    public async Task RunAsync_FailsWithTheProcess_AndStopsTheOthers()
    {
        await using var engine = await FakeEngine.StartAsync(
            new()
            {
                Log = [(1, "begins\n"), (2, "error: no images\n")],
                State = new() { ["ExitCode"] = 3 },
            }
        );
        await using var emulator = await StartAsync(engine);

        await emulator.SubmitAsync("trains", "train", OnTwoNodes);
        var details = await emulator.WaitForEndAsync("trains");

        Assert.Matches(
            "^Process [01] of 2 exited with code 3: error: no images. The log user_logs/std_log_process_[01].txt says more.$",
            (string?)details["error"]!["error"]!["message"]
        );
        Assert.Equal(2, engine.Requests.Count(request => request.Contains("/stop", StringComparison.Ordinal)));
    }
}
