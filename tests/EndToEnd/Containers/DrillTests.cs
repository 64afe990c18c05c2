using System.Net;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Containers;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Tests;

namespace EndToEnd.Containers;

/// <summary>A job in a container loses its node twice. The next container resumes from the checkpoint that TERM made it write.</summary>
public sealed class DrillTests(Engine engine)
{
    private const int Steps = 40;

    // Each step depends on all before it, as weights do. Only TERM writes a checkpoint.
    private const string Trainer = """
        exec 2>/dev/null # bash reports there that TERM ended sleep
        checkpoint=${{outputs.checkpoints}}/state; step=0; value=7; stop=
        [ -e $checkpoint ] && read step value < $checkpoint
        trap 'stop=1' TERM
        while [ $step -lt 40 ]; do
          step=$((step + 1)); value=$(((value * 31 + step) % 1000003)); echo "step $step value $value"; sleep 0.05
          if [ $stop ]; then echo $step $value > $checkpoint.tmp; mv $checkpoint.tmp $checkpoint; exit 143; fi
        done
        """;

    [Fact]
    public async Task Preempt_GivesEachStepOnce_WhenContainersAreEvictedWithAGrace()
    {
        engine.Require();
        await using var emulator = await TestEmulator.StartAsync(options =>
            options with
            {
                Runtime = JobRuntime.Docker,
                DockerHost = engine.Host,
                JobNetwork = JobNetwork.Host,
            }
        );
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync("debian-base:bookworm");
        await emulator.ExpectAsync(
            HttpStatusCode.OK,
            HttpMethod.Put,
            "emulator/faults",
            """
            {"rules":[
              {"job":"drilled","count":1,"preempt":{"logBytes":60,"graceMilliseconds":30000}},
              {"job":"drilled","count":1,"preempt":{"logBytes":90,"graceMilliseconds":30000}}]}
            """
        );

        var whole = await RunAsync(emulator, "whole");
        var drilled = await RunAsync(emulator, "drilled");

        Assert.Single(whole);
        Assert.Equal(3, drilled.Count);
        Assert.All(drilled, log => Assert.NotEmpty(log));
        Assert.Equal(Steps, whole[0].Length);
        Assert.Equal(whole[0], drilled.SelectMany(log => log));
        Assert.Empty(await engine.ContainersOfAsync(emulator.Folder));
    }

    /// <summary>Runs the trainer to its end, and returns the lines of each attempt.</summary>
    private static async Task<IReadOnlyList<string[]>> RunAsync(TestEmulator emulator, string job)
    {
        await emulator.SubmitAsync(
            job,
            Trainer,
            properties => properties["outputs"] = JsonNode.Parse("""{"checkpoints":{"jobOutputType":"uri_folder"}}"""),
            prepare: false
        );
        Assert.Equal("Completed", (string?)(await emulator.WaitForEndAsync(job))["status"]);
        var logs = Path.Combine(emulator.JobFolder(job), "user_logs");
        return
        [
            .. Directory
                .EnumerateFiles(logs, "std_log_*.txt")
                .Order(StringComparer.Ordinal)
                .Append(Path.Combine(logs, "std_log.txt"))
                .Select(File.ReadAllLines),
        ];
    }
}
