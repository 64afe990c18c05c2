using System.Text.Json;

namespace Images.EndToEnd.Tests;

/// <summary>tests/docker/engine.py itself.</summary>
public sealed class EngineTests(Engine engine)
{
    [Fact]
    public async Task Start_AnswersWithWhatRuns_WhenItRunsAlready()
    {
        (await engine.DockerAsync("version")).Succeeded();

        var again = (await Command.RunAsync("python3", [Engine.Script, "start", "--folder", engine.Folder])).Succeeded();

        Assert.Equal(engine.Started, again.Output.Trim());
    }

    [Fact]
    public async Task Start_BeginsAnew_WhenTheRunBeforeWasKilled()
    {
        (await engine.DockerAsync("version")).Succeeded();
        var folder = Directory.CreateTempSubdirectory("engine-").FullName;
        string[] start = [Engine.Script, "start", "--folder", folder];
        try
        {
            var first = JsonDocument.Parse((await Command.RunAsync("python3", start)).Succeeded().Output).RootElement;
            foreach (var name in new[] { "engineProcess", "registryProcess" })
            {
                if (first.GetProperty(name).ValueKind == JsonValueKind.Number)
                    (await Command.RunAsync("kill", ["-KILL", first.GetProperty(name).GetRawText()])).Succeeded();
            }

            var second = JsonDocument.Parse((await Command.RunAsync("python3", start)).Succeeded().Output).RootElement;

            Assert.NotEqual(first.GetProperty("registryProcess").GetInt32(), second.GetProperty("registryProcess").GetInt32());
            (
                await Command.RunAsync(
                    "docker",
                    [
                        "--host",
                        second.GetProperty("dockerHost").GetString()!,
                        "image",
                        "inspect",
                        second.GetProperty("baseImage").GetString()!,
                    ]
                )
            ).Succeeded();
        }
        finally
        {
            (await Command.RunAsync("python3", [Engine.Script, "stop", "--folder", folder])).Succeeded();
        }

        Assert.DoesNotContain(
            folder,
            await File.ReadAllTextAsync("/proc/self/mountinfo", TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        var commandLines = Directory
            .EnumerateDirectories("/proc")
            .Where(process => int.TryParse(Path.GetFileName(process), out _))
            .Select(process => Reads(Path.Combine(process, "cmdline")));
        Assert.DoesNotContain(commandLines, line => line.Contains(folder, StringComparison.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Rules_HoldAsTheScriptsOwnTestsSay() =>
        (
            await Command.RunAsync(
                "python3",
                ["-B", "-m", "unittest", "discover", "--start-directory", Path.GetDirectoryName(Engine.Script)!]
            )
        ).Succeeded();

    // A process may end between being listed and being read.
    private static string Reads(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
