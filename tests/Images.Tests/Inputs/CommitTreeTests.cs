using System.Diagnostics;
using System.Runtime.Versioning;
using Fixtures;
using Images.Inputs;

namespace Images.Tests.Inputs;

/// <summary>Compares inputs with commits of a real repository.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class CommitTreeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public CommitTreeTests()
    {
        folder.Write(".dockerignore", "*\n!src\n");
        folder.Write("Dockerfile", "FROM scratch\nCOPY src /src\n");
        folder.Write("src/a.py", "1\n");
        folder.Write("src/größe und maß.py", "2\n");
        folder.Write("src/run.sh", "3\n");
        folder.Write("README.md", "not an input\n");
        File.SetUnixFileMode(Path.Combine(folder.Root, "src/run.sh"), (UnixFileMode)0x1ED); // 755
        File.CreateSymbolicLink(Path.Combine(folder.Root, "src/link"), "a.py");
        Git("init", "--quiet");
        Git("add", ".");
        Git("-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "--quiet", "--message=Begin");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void FindDifference_IsNull_WhenTheInputsAreThoseOfTheCommit()
    {
        File.WriteAllText(Path.Combine(folder.Root, "README.md"), "changed, and no input");

        Assert.Null(FindDifference());
    }

    [Fact]
    public void FindDifference_NamesTheFile_WhenItIsUntracked()
    {
        folder.Write("src/new.py", "");

        Assert.Equal("src/new.py is not in the commit", FindDifference());
    }

    [Fact]
    public void FindDifference_NamesTheFile_WhenGitIsToldToLookAway()
    {
        Git("update-index", "--assume-unchanged", "src/a.py");
        folder.Write("src/a.py", "changed\n");

        Assert.Equal("src/a.py differs from the commit", FindDifference());
    }

    [Fact]
    public void FindDifference_NamesTheFile_WhenItIsMissing()
    {
        Git("update-index", "--skip-worktree", "src/a.py");
        File.Delete(Path.Combine(folder.Root, "src/a.py"));

        Assert.Equal("src/a.py of the commit is missing", FindDifference());
    }

    [Fact]
    public void FindDifference_NamesTheIgnoreFile_WhenItIsUntracked()
    {
        folder.Write("Dockerfile.dockerignore", "*\n!src/a.py\n");

        Assert.Equal("Dockerfile.dockerignore is not in the commit", FindDifference());
    }

    [Fact]
    public void Executables_AreThoseOfTheIndex_WhenTheDiskShowsEveryFileAsExecutable()
    {
        var before = Read().Hash;
        foreach (var file in new[] { "src/a.py", "src/größe und maß.py" })
            File.SetUnixFileMode(Path.Combine(folder.Root, file), (UnixFileMode)0x1FF); // 777

        Assert.Equal(before, Read().Hash);
        Assert.Null(FindDifference());
    }

    private ImageInputs Read() =>
        ImageInputs.Read(
            folder.Root,
            "Dockerfile",
            new Dictionary<string, string>(),
            CommitTree.Parse(Git("ls-files", "--stage", "-z")).Executables()
        );

    private string? FindDifference() =>
        CommitTree.Parse("warning: noise\n" + Git("ls-tree", "-r", "-z", "HEAD")).FindDifference(folder.Root, Read());

    private string Git(params string[] arguments)
    {
        using var git = Process.Start(
            new ProcessStartInfo("git", arguments)
            {
                WorkingDirectory = folder.Root,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return output;
    }
}
