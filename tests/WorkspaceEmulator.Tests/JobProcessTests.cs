using System.Collections;
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

    private static Dictionary<string, string> Variables() =>
        Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(variable => (string)variable.Key, variable => (string)variable.Value!, StringComparer.Ordinal);
}
