using System.Text.Json;
using Fixtures.Engines;

namespace EndToEnd.Images;

/// <summary>Tests tests/docker/engine.py.</summary>
public sealed class EngineTests(Engine engine)
{
    [Fact]
    public async Task Start_PrintsTheSameEngine_WhenItIsRunning()
    {
        (await engine.DockerAsync("version")).Succeeded();

        var again = (await Command.RunAsync("python3", [Engine.Script, "start", "--folder", engine.Folder])).Succeeded();

        Assert.Equal(engine.Started, again.Output.Trim());
    }

    [Fact]
    public async Task Start_StartsAgain_AfterAKilledRun()
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
            .Select(process => ReadOrEmpty(Path.Combine(process, "cmdline")));
        Assert.DoesNotContain(commandLines, line => line.Contains(folder, StringComparison.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Script_PassesItsOwnTests() =>
        (
            await Command.RunAsync(
                "python3",
                ["-B", "-m", "unittest", "discover", "--start-directory", Path.GetDirectoryName(Engine.Script)!]
            )
        ).Succeeded();

    // A process may end between the listing and the read.
    private static string ReadOrEmpty(string file)
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
