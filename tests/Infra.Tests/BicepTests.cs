namespace Infra.Tests;

public class BicepTests
{
    private static IEnumerable<string> Files() =>
        Directory
            .EnumerateFiles(Bicep.Folder, "*.bicep*")
            .Concat(Directory.EnumerateFiles(Path.Combine(Bicep.Folder, "modules")))
            .Where(file => file.EndsWith(".bicep", StringComparison.Ordinal) || file.EndsWith(".bicepparam", StringComparison.Ordinal));

    [Fact]
    public Task Build_FindsNothing_InTheTemplateAndItsModules() => Bicep.CompileAsync();

    [Fact]
    public async Task Build_AcceptsTheExampleParameters()
    {
        var (output, messages) = await Bicep.RunAsync("build-params", "example.bicepparam", "--stdout");

        Assert.Equal("", messages);
        Assert.Contains("your-organisation", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_ReportsAnError_WhenARuleOfTheLinterIsBroken()
    {
        // Below the template, so that the same rules are in force.
        var file = Path.Combine(Bicep.Folder, "obj", $"broken-{Guid.NewGuid():N}.bicep");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "param unused string\n", TestContext.Current.CancellationToken);
        try
        {
            var (output, messages) = await Bicep.RunAsync("build", file, "--stdout");

            Assert.Contains("Error no-unused-params", output + messages, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Format_ChangesNoFile()
    {
        var files = Files().Append(Path.Combine(Bicep.Folder, "bicepconfig.json")).ToList();
        var copies = Directory.CreateTempSubdirectory("bicep-").FullName;
        try
        {
            foreach (var file in files)
            {
                var copy = Path.Combine(copies, Path.GetRelativePath(Bicep.Folder, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }

            var badly = Path.Combine(copies, "modules", "badly-formatted.bicep");
            await File.WriteAllTextAsync(badly, "param   a   string\n", TestContext.Current.CancellationToken);
            await Bicep.RunAsync("format", "--pattern", Path.Combine(copies, "**", "*.bicep*"));

            Assert.Equal("param a string\n", await File.ReadAllTextAsync(badly, TestContext.Current.CancellationToken));
            foreach (var file in files)
            {
                var formatted = await File.ReadAllTextAsync(
                    Path.Combine(copies, Path.GetRelativePath(Bicep.Folder, file)),
                    TestContext.Current.CancellationToken
                );
                Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), formatted);
            }
        }
        finally
        {
            Directory.Delete(copies, recursive: true);
        }
    }
}
