using System.Runtime.Versioning;
using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>
/// build.sh in a checkout whose host is the real one, built from a few sources as its record says. A script replaces
/// <c>dotnet</c>: it runs the host, and for anything else prints its arguments.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class DirectStartTests : IDisposable
{
    private const string Source = "src/Folder with spaces/Source.cs";
    private static readonly DateTime SavedAt = new(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly string root = Directory.CreateTempSubdirectory("direct start ").FullName;

    public DirectStartTests()
    {
        Write("global.json", "{}");
        Write("build/Build.csproj", "");
        Write("src/Other.cs", "");
        Write(Source, "1");
        Write(".config/dotnet-tools.json", "{}");
        File.Copy(Path.Combine(Checkout.Repository, "build.sh"), At("build.sh"));
        Directory.CreateDirectory(At("build/bin/Release"));
        Directory.CreateSymbolicLink(At("build/bin/Release/net10.0"), Path.GetDirectoryName(Checkout.Host)!);
        WriteProgram(
            """
            #!/usr/bin/env bash
            case "$1" in
                *.dll) exec "$(PATH=${PATH#*:} command -v dotnet)" "$@" ;;
                *) echo "dotnet called with: $*" ;;
            esac
            """
        );
        File.WriteAllText(At(HostFiles.Record), HostFiles.ListSources(root));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Entry_StartsTheHostDirectly_WhenNoSourceHasChanged()
    {
        using var run = await RunAsync("--target=Default");

        Assert.Contains("  Doctor ", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("dotnet called", run.Output, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("a changed source")]
    [InlineData("a source of another size and the same time")]
    [InlineData("an older source of the same size")]
    [InlineData("an added source")]
    [InlineData("a deleted source")]
    [InlineData("a renamed source")]
    [InlineData("a moved source")]
    [InlineData("another SDK")]
    [InlineData("an added Directory.Build.props")]
    public async Task Entry_RunsDotnetCake_WhenTheSourcesDifferBy(string what)
    {
        switch (what)
        {
            case "a changed source":
                File.WriteAllText(At(Source), "2");
                break;
            case "a source of another size and the same time":
                Write(Source, "12");
                break;
            case "an older source of the same size":
                File.SetLastWriteTimeUtc(At(Source), SavedAt.AddDays(-1));
                break;
            case "an added source":
                Write("src/New.cs", "");
                break;
            case "a deleted source":
                File.Delete(At(Source));
                break;
            case "a renamed source":
                File.Move(At(Source), At(Source + ".cs"));
                break;
            case "a moved source":
                File.Move(At(Source), At("build/Source.cs"));
                break;
            case "another SDK":
                Write("global.json", "{ }");
                break;
            default:
                Write("Directory.Build.props", "");
                break;
        }

        using var run = await RunAsync("--target=Default", "--set=A=it's \"quoted\" $HOME");

        Assert.EndsWith("dotnet called with: cake --target=Default --set=A=it's \"quoted\" $HOME\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("  Doctor ", run.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(At(HostFiles.Record)), "A stale host's record must be deleted, so that nothing starts that host again.");
    }

    [Theory]
    [InlineData("build/bin/Other.cs")]
    [InlineData("build/obj/Other.cs")]
    [InlineData("src/training/other.py")]
    [InlineData("README.md")]
    public async Task Entry_StartsTheHostDirectly_WhenAFileOutsideItsSourcesIsAdded(string path)
    {
        Write(path, "");

        using var run = await RunAsync("--target=Default");

        Assert.DoesNotContain("dotnet called", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entry_RunsDotnetCake_WhenThereIsNoRecord()
    {
        File.Delete(At(HostFiles.Record));

        using var run = await RunAsync("--target=Default");

        Assert.EndsWith("dotnet called with: cake --target=Default\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entry_ReturnsTheHostsExitCode_WhenATargetFails()
    {
        using var run = await RunAsync("--target=Doctor", "--exp-config=missing.json");

        Assert.DoesNotContain("dotnet called", run.Output, StringComparison.Ordinal);
        Assert.Equal(255, run.ExitCode);
    }

    [Fact]
    public async Task Entry_BecomesTheHost_SoThatASignalReachesIt()
    {
        WriteProgram(
            """
            #!/usr/bin/env bash
            trap 'echo stopped; exit 7' TERM
            echo "process $$ runs $1"
            while :; do sleep 0.05; done
            """
        );
        using var run = Start("--target=Default");
        await run.SeeAsync($"process {run.ProcessId} runs {HostFiles.Assembly}");

        using var kill = new HostRun("kill", ["-TERM", $"{run.ProcessId}"], root);
        await run.EndAsync();

        Assert.Contains("stopped", run.Output, StringComparison.Ordinal);
        Assert.Equal(7, run.ExitCode);
    }

    [Fact]
    public async Task Host_ExitsWithCode75_WhenItIsStaleAndItsCallerBuilds()
    {
        Write(Source, "12");
        using var run = new HostRun("dotnet", [At(HostFiles.Assembly), "--entry=", "--target=Default"], root);

        await run.EndAsync();

        Assert.Equal(75, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.False(File.Exists(At(HostFiles.Record)));
    }

    private async Task<HostRun> RunAsync(params string[] arguments)
    {
        var run = Start(arguments);
        await run.EndAsync();
        return run;
    }

    private HostRun Start(params string[] arguments) =>
        new("bash", ["./build.sh", .. arguments], root, ("PATH", $"{At("programs")}:{Environment.GetEnvironmentVariable("PATH")}"));

    private string At(string path) => Path.Combine(root, path);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
        File.SetLastWriteTimeUtc(At(path), SavedAt);
    }

    private void WriteProgram(string script)
    {
        Write("programs/dotnet", script);
        File.SetUnixFileMode(At("programs/dotnet"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
