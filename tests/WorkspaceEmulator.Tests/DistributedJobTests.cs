using System.Net;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Tests;

public class DistributedJobTests
{
    private static void OnTwoNodes(JsonObject job)
    {
        job["resources"] = new JsonObject { ["instanceCount"] = 2 };
        job["distribution"] = new JsonObject { ["distributionType"] = "PyTorch", ["processCountPerInstance"] = 2 };
    }

    private static string LogOf(TestEmulator emulator, string job, int rank) =>
        File.ReadAllText(Path.Combine(emulator.JobFolder(job), "user_logs", $"std_log_process_{rank}.txt"));

    [Fact]
    public async Task RunJob_StartsEveryProcess_WithItsPlace()
    {
        await using var emulator = await TestEmulator.StartAsync();

        await emulator.SubmitAsync("spread", "echo $RANK $WORLD_SIZE $LOCAL_RANK $NODE_RANK $MASTER_ADDR ${MASTER_PORT:+port}", OnTwoNodes);
        var details = await emulator.WaitForEndAsync("spread");

        Assert.Equal("Completed", (string?)details["status"]);
        Assert.Equal(
            ["0 4 0 0 127.0.0.1 port\n", "1 4 1 0 127.0.0.1 port\n", "2 4 0 1 127.0.0.1 port\n", "3 4 1 1 127.0.0.1 port\n"],
            Enumerable.Range(0, 4).Select(rank => LogOf(emulator, "spread", rank))
        );
        Assert.False(File.Exists(Path.Combine(emulator.JobFolder("spread"), "user_logs", "std_log.txt")));
        Assert.Equal(
            "PyTorch",
            (string?)(await emulator.GetAsync(TestEmulator.Arm("/jobs/spread")))["properties"]!["distribution"]!["distributionType"]
        );
    }

    [Fact]
    public async Task RunJob_FailsWithTheMessageOfTheProcess_AndEndsTheOthers()
    {
        await using var emulator = await TestEmulator.StartAsync();

        await emulator.SubmitAsync(
            "fails",
            "if [ $RANK = 2 ]; then echo begins; echo 'error: image a.png cannot be decoded' >&2; exit 3; fi; "
                + "trap 'echo ended; exit 0' TERM; while true; do sleep 0.05; done",
            OnTwoNodes
        );
        var details = await emulator.WaitForEndAsync("fails");

        Assert.Equal("Failed", (string?)details["status"]);
        Assert.Equal(
            "Process 2 of 4 exited with code 3: error: image a.png cannot be decoded. The log user_logs/std_log_process_2.txt says more.",
            (string?)details["error"]!["error"]!["message"]
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public async Task Put_Returns400_WhenTheNumberOfProcessesIsOutOfRange(int count)
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();
        var job = TestEmulator.Job("true");
        OnTwoNodes((JsonObject)job["properties"]!);
        job["properties"]!["distribution"]!["processCountPerInstance"] = count;

        var error = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/many"),
            job.ToJsonString()
        );

        Assert.Equal(
            $"properties.distribution.processCountPerInstance is {count}; it must be from 1 to 64.",
            (string?)error["error"]!["message"]
        );
    }
}
