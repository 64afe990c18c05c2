using System.Net;
using System.Text.Json.Nodes;
using static WorkspaceEmulator.Tests.Sweeps.TestSweep;

namespace WorkspaceEmulator.Tests.Sweeps;

/// <summary>Sweeps whose emulator, trials or files are lost in the middle.</summary>
public class SweepResumptionTests
{
    [Fact]
    public async Task RunSweep_ContinuesAfterARestart_WithTheTrialsThatItHad()
    {
        var folder = TestEmulator.NewFolder();
        try
        {
            var marker = Path.Combine(folder, "started");
            await using (var first = await TestEmulator.StartAsync(folder: folder))
            {
                await SubmitAsync(
                    first,
                    $"echo ${{{{search_space.a}}}} >> {marker}; [ ${{{{search_space.a}}}} = 1 ] || {{ {WaitForGo} true; }}; echo end",
                    """{"a":["choice",[[1,2,3]]]}""",
                    nodes: 1
                );
                await WaitForTrialAsync(first, "sweep_1");
                await TestEmulator.EventuallyAsync(
                    () => Task.FromResult(File.ReadAllLines(marker).Length == 2),
                    () => Task.FromResult("the second trial does not run")
                );
                await first.StopAsync();
                var end = JsonNode.Parse(
                    await File.ReadAllTextAsync(Path.Combine(folder, "last-end.json"), TestContext.Current.CancellationToken)
                )!;
                Assert.Empty(end["endedJobs"]!.AsArray());
                Assert.Contains("sweep", end["waitingJobs"]!.AsArray().Select(job => (string?)job!["name"]));
            }

            await using var second = await TestEmulator.StartAsync(folder: folder);
            Assert.Equal("Completed", await second.StatusAsync("sweep_0"));
            Open(second);
            await second.WaitForEndAsync("sweep");

            Assert.Equal(3, await CountAsync(second, "Completed"));
            Assert.Equal(["1", "2", "2", "3"], await File.ReadAllLinesAsync(marker, TestContext.Current.CancellationToken));
            Assert.Equal("end\n", second.Log("sweep_1"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task RunSweep_StartsNoTrialTwice_WhenTheEmulatorCrashed()
    {
        var (folder, crashed) = (TestEmulator.NewFolder(), TestEmulator.NewFolder());
        try
        {
            const string Start = "echo ${{search_space.a}} >> $AZURE_ML_OUTPUT_gate/started; ";
            await using (var first = await TestEmulator.StartAsync(folder: folder))
            {
                await SubmitAsync(
                    first,
                    LogFunction + Start + "log 1 ${{search_space.a}}; [ ${{search_space.a}} = 1 ] || { " + WaitForGo + "true; }",
                    """{"a":["choice",[[1,2,3,4]]]}"""
                );
                await WaitForTrialAsync(first, "sweep_1");
                await WaitForTrialAsync(first, "sweep_2");
                await TestEmulator.EventuallyAsync(
                    () => Task.FromResult(File.ReadAllLines(Path.Combine(Gate(first), "started")).Length == 3),
                    () => Task.FromResult("two trials do not run beside the one that ended")
                );
                CopyFolder(folder, crashed); // what a crash leaves
            }

            Directory.Delete(folder, recursive: true);
            Directory.Move(crashed, folder);
            await using var second = await TestEmulator.StartAsync(folder: folder);
            Assert.Equal("Completed", await second.StatusAsync("sweep_0"));
            Open(second);
            await second.WaitForEndAsync("sweep");

            Assert.Equal(4, await CountAsync(second, "Completed"));
            Assert.Equal(4, (await ChildrenAsync(second)).Count);
            var started = await File.ReadAllLinesAsync(Path.Combine(Gate(second), "started"), TestContext.Current.CancellationToken);
            Assert.Equal(["1", "2", "2", "3", "3", "4"], started.Order());
            var job = await second.GetAsync(TestEmulator.Arm("/jobs/sweep"));
            Assert.Equal("sweep_3", (string?)job["properties"]!["properties"]!["best_child_run_id"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            if (Directory.Exists(crashed))
                Directory.Delete(crashed, recursive: true);
        }
    }

    [Fact]
    public async Task RunSweep_RepeatsATrial_WhenItsFileIsDamaged()
    {
        var folder = TestEmulator.NewFolder();
        try
        {
            await using (var first = await TestEmulator.StartAsync(folder: folder))
            {
                await SubmitAsync(
                    first,
                    "[ ${{search_space.a}} = 1 ] || { " + WaitForGo + "true; }",
                    """{"a":["choice",[[1,2]]]}""",
                    nodes: 1
                );
                await WaitForTrialAsync(first, "sweep_1");
            }

            await File.WriteAllTextAsync(
                Path.Combine(folder, "jobs/sweep_0/run.json"),
                "{\"trial\": 3",
                TestContext.Current.CancellationToken
            );
            await using var second = await TestEmulator.StartAsync(folder: folder);
            Open(second);
            await second.WaitForEndAsync("sweep");

            Assert.Equal(["sweep_0", "sweep_1"], (await ChildrenAsync(second)).Select(child => (string)child["runId"]!).Order());
            Assert.Equal(2, await CountAsync(second, "Completed"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task RunSweep_ResumesATrial_WhenItsNodeIsPreempted()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.ExpectAsync(
            HttpStatusCode.OK,
            HttpMethod.Put,
            "emulator/faults",
            """{"rules":[{"job":"sweep_0","count":1,"preempt":{"step":1}}]}"""
        );
        await SubmitAsync(
            emulator,
            LogFunction + "echo begin >> $AZURE_ML_OUTPUT_gate/${AZUREML_RUN_ID}; log 1 5; sleep 1; log 2 6",
            """{"a":["choice",[[1,2]]]}"""
        );

        await emulator.WaitForEndAsync("sweep");

        Assert.Equal(2, await CountAsync(emulator, "Completed"));
        Assert.Equal(
            2,
            (await File.ReadAllLinesAsync(Path.Combine(Gate(emulator), "sweep_0"), TestContext.Current.CancellationToken)).Length
        );
    }

    [Fact]
    public async Task RunSweep_ResumesEachTrialOnce_WhenTheRulePreemptsPerJob()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.ExpectAsync(
            HttpStatusCode.OK,
            HttpMethod.Put,
            "emulator/faults",
            """{"rules":[{"job":"sweep*","perJob":true,"count":1,"preempt":{"step":1,"graceMilliseconds":30000}}]}"""
        );
        // Only a trial that lost its node once ends.
        await SubmitAsync(
            emulator,
            LogFunction
                + "trap 'exit 143' TERM; seen=$AZURE_ML_OUTPUT_gate/${AZUREML_RUN_ID}; echo begin >> $seen; log 1 5; "
                + "[ $(wc -l < $seen) = 2 ] || { while sleep 0.05; do true; done; }",
            """{"a":["choice",[[1,2,3]]]}"""
        );

        await emulator.WaitForEndAsync("sweep");

        Assert.Equal(3, await CountAsync(emulator, "Completed"));
        foreach (var trial in new[] { "sweep_0", "sweep_1", "sweep_2" })
        {
            Assert.Equal(["begin", "begin"], File.ReadLines(Path.Combine(Gate(emulator), trial)));
            Assert.True(File.Exists(Path.Combine(emulator.JobFolder(trial), "user_logs/std_log_0.txt")));
        }

        var faults = await emulator.GetAsync("emulator/faults");
        Assert.Equal(3, (int)faults["rules"]![0]!["struck"]!);
    }

    [Fact]
    public async Task RunSweep_TakesEachNodeOnce_AsItsRequestAsks_WhenTheEmulatorRestartsInBetween()
    {
        var folder = TestEmulator.NewFolder();
        try
        {
            await using (var first = await TestEmulator.StartAsync(folder: folder))
            {
                // The second trial logs its step only after the restart. Only a trial that lost its node, or its emulator, twice ends.
                await SubmitAsync(
                    first,
                    LogFunction
                        + "trap 'exit 143' TERM; seen=$AZURE_ML_OUTPUT_gate/${AZUREML_RUN_ID}; echo begin >> $seen; "
                        + "[ ${{search_space.a}} = 1 ] || { while [ ! -e $AZURE_ML_OUTPUT_gate/go ]; do sleep 0.05; done; }; log 1 5; "
                        + "[ $(wc -l < $seen) = 3 ] || { while sleep 0.05; do true; done; }",
                    """{"a":["choice",[[1,2]]]}""",
                    sweep => sweep["properties"] = new JsonObject { ["emulator.preemptAtSteps"] = "1" }
                );
                foreach (var (trial, times) in new[] { ("sweep_0", 2), ("sweep_1", 1) })
                {
                    await TestEmulator.EventuallyAsync(
                        () => Task.FromResult(Begun(first, trial) == times),
                        () => Task.FromResult($"trial {trial} began {Begun(first, trial)} times")
                    );
                }

                await first.StopAsync();
            }

            await using var second = await TestEmulator.StartAsync(folder: folder);
            Open(second);
            await second.WaitForEndAsync("sweep");

            Assert.Equal(2, await CountAsync(second, "Completed"));
            Assert.Equal([3, 3], new[] { "sweep_0", "sweep_1" }.Select(trial => Begun(second, trial)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Begun(TestEmulator emulator, string trial)
    {
        var file = Path.Combine(Gate(emulator), trial);
        return File.Exists(file) ? File.ReadLines(file).Count() : 0;
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            try
            {
                File.Copy(file, target, overwrite: true);
            }
            catch (IOException)
            {
                // The lock of the emulator that runs, which a crash leaves unlocked.
            }
        }
    }
}
