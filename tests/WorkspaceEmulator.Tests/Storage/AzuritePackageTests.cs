using WorkspaceEmulator.Azurite;
using WorkspaceEmulator.Hosting;

namespace WorkspaceEmulator.Tests.Storage;

public sealed class AzuritePackageTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("packages-").FullName;
    private readonly string package;
    private readonly string commands;

    public AzuritePackageTests()
    {
        package = Path.Combine(root, "lib", "node_modules", "azurite");
        commands = Path.Combine(root, "bin");
        foreach (var file in new[] { "blob/main.js", "azurite.js" })
        {
            var path = Path.Combine(package, "dist", "src", file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }

        Directory.CreateDirectory(commands);
        File.WriteAllText(Path.Combine(commands, "node"), "");
    }

    private AzuritePackage Expected => new(Path.Combine(commands, "node"), Path.Combine(package, "dist", "src", "blob", "main.js"));

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Find_FollowsTheLinkThatNpmMakesOfTheCommand()
    {
        File.CreateSymbolicLink(Path.Combine(commands, "azurite"), "../lib/node_modules/azurite/dist/src/azurite.js");

        Assert.Equal(Expected, AzuritePackage.Find($"/nowhere:{commands}"));
    }

    [Fact]
    public void Find_FindsNothing_WithoutTheCommandOrWithAnotherProgramOfItsName()
    {
        Assert.Null(AzuritePackage.Find(commands));
        File.WriteAllText(Path.Combine(commands, "azurite"), "");

        Assert.Null(AzuritePackage.Find(commands));
        Assert.Null(AzuritePackage.Find(null));
    }

    [Fact]
    public void In_NeedsThePackageAndNode()
    {
        Assert.Equal(Expected, AzuritePackage.In(package, commands));
        Assert.Null(AzuritePackage.In(root, commands));
        Assert.Null(AzuritePackage.In(package, root));
    }

    [Fact]
    public void Parse_NamesWhatTheOptionMustBe()
    {
        var (options, faults) = EmulatorOptions.Parse(["--state", root, "--azurite", root]);

        Assert.Null(options);
        Assert.Equal(
            [
                $"--azurite is \"{root}\"; it must be none, or the folder of npm's package azurite, with Node on the PATH. "
                    + "'npm install azurite' makes it: node_modules/azurite.",
            ],
            faults
        );
        Assert.Null(EmulatorOptions.Parse(["--state", root, "--azurite=none"]).Options!.Azurite);
    }
}
