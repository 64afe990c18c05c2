using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>The commands as people type them, in this repository itself.</summary>
public sealed class EntryTests
{
    [Theory]
    [InlineData("dotnet", "cake")]
    [InlineData("bash", "./build.sh")]
    public async Task Entry_PassesArgumentsIntactAndReturnsTheHostsExitCode(string program, string first)
    {
        const string value = """it's "quoted", $HOME and \ü""";
        string[] arguments = [first, "--target=Doctor", $"--set=EXP_NAME={value}"];
        using var run = new HostRun(program, arguments, Checkout.Repository);

        await run.EndAsync();

        Assert.Contains($"--set=EXP_NAME={value}", run.Output, StringComparison.Ordinal);
        Assert.Equal(255, run.ExitCode);
    }

    [Fact]
    public async Task Default_ListsTheTargetsOfTheHost()
    {
        using var run = new HostRun("bash", ["./build.sh"], Checkout.Repository);

        await run.EndAsync();

        Assert.Equal(0, run.ExitCode);
        foreach (
            var target in new[]
            {
                "Doctor",
                "Plan",
                "Create-Demo-Data",
                "Register-Datastore",
                "Create-Compute",
                "Train",
                "Stop-Emulator",
                "Build",
                "Test",
                "Bench",
            }
        )
        {
            Assert.Contains($"  {target} ", run.Output, StringComparison.Ordinal);
        }

        Assert.Contains("--exp-config=FILE", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[", run.Output, StringComparison.Ordinal);
    }
}
