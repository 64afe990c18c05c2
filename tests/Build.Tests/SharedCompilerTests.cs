using Fixtures.Checkouts;

namespace Build.Tests;

public sealed class SharedCompilerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("compiler").FullName;

    // Each run of the tests builds without errors by itself.
    [Theory]
    [InlineData("class Whole;", true, Traits = ["When", "Night"])]
    [InlineData("class Broken {", false)]
    public async Task BuildWithOneCompiler_LeavesNoCompiler(string code, bool succeeds)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("The processes are listed by Linux.");
        var stop = TestContext.Current.CancellationToken;
        var targets = Path.Combine(Checkout.Repository, "build", "SharedCompiler.targets");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "one.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <Import Project="{targets}" />
            </Project>
            """,
            stop
        );
        await File.WriteAllTextAsync(Path.Combine(folder, "One.cs"), code, stop);
        var name = $"test-{Guid.NewGuid():N}";

        using var build = new HostRun(
            "dotnet",
            [
                "build",
                "-target:BuildWithOneCompiler",
                "-nodeReuse:false",
                "-property:UseSharedCompilation=true",
                $"-property:SharedCompilationId={name}",
            ],
            folder
        );
        await build.EndAsync();

        Assert.Equal(succeeds, build.ExitCode == 0);
        Assert.Equal(succeeds, File.Exists(Path.Combine(folder, "bin/Debug/net10.0/one.dll")));
        if (!succeeds)
            Assert.Contains("error CS1513", build.Output, StringComparison.Ordinal);
        // It ends by itself after ten minutes, and takes a moment after it was told to.
        await TrainerProcesses.UntilAsync(
            () => !Directory.EnumerateDirectories("/proc").Any(process => CommandOf(process).Contains(name, StringComparison.Ordinal)),
            "the compiler ends with the build"
        );
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string CommandOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ""; // No process, or one that has just ended.
        }
    }
}
