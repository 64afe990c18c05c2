using System.Text.Json.Nodes;
using WorkspaceEmulator.Containers;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Tests;

namespace EndToEnd.Containers;

/// <summary>
/// A job on two nodes is two containers. They are in a network of their own where the engine has a bridge. The engine that
/// <c>tests/docker/engine.py</c> starts has none, so that they share this machine's network there.
/// </summary>
public sealed class DistributedTests(Engine engine)
{
    // The first process listens where MASTER_PORT says, and the second one connects to MASTER_ADDR.
    private const string Meet = """
        echo "node $NODE_RANK, rank $RANK of $WORLD_SIZE, local rank $LOCAL_RANK, $AZUREML_CR_NODE_RANK"
        if [ $RANK = 0 ]; then
          perl -MIO::Socket::INET -e '
            $server = IO::Socket::INET->new(LocalPort => $ENV{MASTER_PORT}, Listen => 1, ReuseAddr => 1) or die "no port: $!";
            $client = $server->accept; print scalar <$client>; print $client "and back\n"'
        else
          perl -MIO::Socket::INET -e '
            for (1 .. 600) {
              $client = IO::Socket::INET->new("$ENV{MASTER_ADDR}:$ENV{MASTER_PORT}") and last; select undef, undef, undef, 0.1
            }
            $client or die "nobody listens: $!"; print $client "hello from rank $ENV{RANK}\n"; print scalar <$client>'
        fi
        """;

    private async Task<TestEmulator> StartAsync()
    {
        engine.Require();
        var bridges = await engine.OutputOfAsync("network", "ls", "--quiet", "--filter", "name=^bridge$");
        var emulator = await TestEmulator.StartAsync(options =>
            options with
            {
                Runtime = JobRuntime.Docker,
                DockerHost = engine.Host,
                JobNetwork = bridges.Length > 0 ? JobNetwork.Bridge : JobNetwork.Host,
            }
        );
        await emulator.CreateComputeAsync(nodes: 4);
        await emulator.CreateEnvironmentAsync("debian-base:bookworm");
        return emulator;
    }

    private static Task SubmitAsync(TestEmulator emulator, string job, string command) =>
        emulator.SubmitAsync(
            job,
            command,
            properties =>
            {
                properties["resources"] = new JsonObject { ["instanceCount"] = 2 };
                properties["distribution"] = new JsonObject { ["distributionType"] = "PyTorch", ["processCountPerInstance"] = 1 };
            },
            prepare: false
        );

    private static string Log(TestEmulator emulator, string job, int rank) =>
        File.ReadAllText(Path.Combine(emulator.JobFolder(job), "user_logs", $"std_log_process_{rank}.txt"));

    private async Task AssertNothingRemainsAsync(TestEmulator emulator)
    {
        Assert.Empty(await engine.ContainersOfAsync(emulator.Folder));
        Assert.Empty(
            await engine.OutputOfAsync("network", "ls", "--quiet", "--filter", $"label=io.model-training.state={emulator.Folder}")
        );
    }

    [Fact]
    public async Task Job_RunsInAContainerOnEachNode_WhichReachTheFirst()
    {
        await using var emulator = await StartAsync();

        // Two such jobs at the same time do not meet each other's processes.
        await SubmitAsync(emulator, "first", Meet);
        await SubmitAsync(emulator, "second", Meet);

        foreach (var job in new[] { "first", "second" })
        {
            var details = await emulator.WaitForEndAsync(job);
            Assert.True((string?)details["status"] == "Completed", details.ToJsonString() + Log(emulator, job, 0) + Log(emulator, job, 1));
            Assert.Equal("node 0, rank 0 of 2, local rank 0, 0\nhello from rank 1\n", Log(emulator, job, 0));
            Assert.Equal("node 1, rank 1 of 2, local rank 0, 1\nand back\n", Log(emulator, job, 1));
        }

        await AssertNothingRemainsAsync(emulator);
    }

    [Theory]
    [InlineData(
        "echo error: no images; exit 3",
        "Process 1 of 2 exited with code 3: error: no images. The log user_logs/std_log_process_1.txt says more."
    )]
    [InlineData(
        "kill -KILL $$",
        "Process 1 of 2 was killed (exit code 137), as by the kernel when a machine runs out of memory. The log "
            + "user_logs/std_log_process_1.txt may say more."
    )]
    public async Task Job_FailsWithTheContainerThatFailed_AndEndsTheOther(string end, string message)
    {
        await using var emulator = await StartAsync();

        // The first process waits for ever, as one that waits for the gradient of a process that is gone.
        await SubmitAsync(
            emulator,
            "fails",
            $$"""
            if [ $RANK = 0 ]; then
              trap 'echo told to end; exit 143' TERM; touch waits
              while true; do sleep 0.1; done
            fi
            while [ ! -e waits ]; do sleep 0.1; done
            {{end}}
            """
        );
        var details = await emulator.WaitForEndAsync("fails");

        Assert.Equal(("Failed", message), ((string?)details["status"], (string?)details["error"]!["error"]!["message"]));
        Assert.Contains("told to end", Log(emulator, "fails", 0), StringComparison.Ordinal);
        await AssertNothingRemainsAsync(emulator);
    }
}
