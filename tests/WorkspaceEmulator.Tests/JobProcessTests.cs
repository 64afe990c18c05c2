using System.Collections;
using Fixtures.Checkouts;
using WorkspaceEmulator.Processes;

namespace WorkspaceEmulator.Tests;

public class JobProcessTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Start_ReturnsACommandThatATermEnds_HoweverSoonItIsSent()
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            using var process = await JobProcess.StartAsync("exec sleep 600", Path.GetTempPath(), Variables(), Grace);
            Assert.True(process.IsHeld);
            var tree = new ProcessTree("/no/folder");
            tree.Holders.Add(process.Id);

            Assert.NotEmpty(tree.Find());
            await tree.EndAsync(Grace, TimeProvider.System);

            Assert.Equal(128 + 15, await process.Ended);
            await process.ReleaseAsync();
        }
    }

    [Fact]
    public async Task Start_Returns_WhenTheCommandEndsAtOnce()
    {
        using var process = await JobProcess.StartAsync("exit 3", Path.GetTempPath(), Variables(), Grace);

        Assert.Equal(3, await process.Ended);
        await process.ReleaseAsync();
    }

    /// <summary>A walk through /proc misses a process that starts another one and ends: the next one has a new number.</summary>
    [Fact]
    public async Task Release_EndsAProcess_ThatHandsItselfOn()
    {
        var name = $"hop-{Guid.NewGuid():N}"[..15];
        var script = $"$SIG{{TERM}} = 'IGNORE'; $end = time + 60; while (time < $end) {{ exit 0 if fork; $0 = '{name}'; }}";
        var variables = Variables();
        variables["SCRIPT"] = script;
        using var process = await JobProcess.StartAsync("exec perl -e \"$SCRIPT\"", Path.GetTempPath(), variables, TimeSpan.FromSeconds(1));
        Assert.Equal(0, await process.Ended);
        await TrainerProcesses.UntilAsync(() => IsRunning(name), "it runs");

        await process.ReleaseAsync();

        for (var look = 0; look < 50; look++)
            Assert.False(IsRunning(name), "it runs on");
    }

    private static bool IsRunning(string name) =>
        Directory
            .EnumerateDirectories("/proc")
            .Any(folder =>
            {
                try
                {
                    return File.ReadAllText(Path.Combine(folder, "comm")).Trim() == name;
                }
                catch (IOException)
                {
                    return false; // No process, or one that has ended.
                }
            });

    private static Dictionary<string, string> Variables() =>
        Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(variable => (string)variable.Key, variable => (string)variable.Value!, StringComparer.Ordinal);
}
