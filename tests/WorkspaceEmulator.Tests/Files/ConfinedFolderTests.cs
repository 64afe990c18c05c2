using System.Text;
using WorkspaceEmulator.Files;

namespace WorkspaceEmulator.Tests.Files;

public sealed class ConfinedFolderTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("confined-").FullName;
    private readonly string outside = Directory.CreateTempSubdirectory("outside-").FullName;
    private readonly ConfinedFolder folder;

    public ConfinedFolderTests() => folder = new ConfinedFolder(root).Below("job");

    public void Dispose()
    {
        Directory.Delete(root, recursive: true);
        Directory.Delete(outside, recursive: true);
    }

    [Fact]
    public void WriteText_ReplacesTheFile_AndLeavesNothingElse()
    {
        folder.WriteText("a/b.txt", "one");
        folder.WriteText("a/b.txt", "two");

        Assert.Equal("two", folder.ReadText("a/b.txt"));
        Assert.Equal(
            ["a/b.txt"],
            Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder.PathOf(""), file))
        );
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.PathOf("a/b.txt")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.PathOf("a")));
    }

    [Theory]
    [InlineData("link")]
    [InlineData("link/x")]
    [InlineData("a/link/x/y")]
    public void OpenAppend_Refuses_WhenAPartIsALink(string path)
    {
        folder.CreateFolder("a");
        Directory.CreateSymbolicLink(folder.PathOf("link"), outside);
        Directory.CreateSymbolicLink(folder.PathOf("a/link"), outside);

        Assert.Throws<RefusedPathException>(() => folder.OpenAppend(path));
        Assert.Throws<RefusedPathException>(() => folder.CreateFolder(path));
        Assert.Null(folder.OpenRead(path));
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a\0b")]
    public void OpenAppend_Refuses_WhenItIsNoRelativePath(string path) =>
        Assert.Throws<RefusedPathException>(() => folder.OpenAppend(path));

    [Fact]
    public void TryMoveNew_ReturnsFalse_WhenTheNameIsTaken()
    {
        folder.WriteText("new", "new");
        folder.WriteText("old", "old");

        Assert.False(folder.TryMoveNew("new", "old"));
        Assert.True(folder.TryMoveNew("new", "free"));

        Assert.Equal(("old", "new"), (folder.ReadText("old"), folder.ReadText("free")));
        Assert.Null(folder.Find("new"));
    }

    [Fact]
    public void Delete_RemovesEverything_WithoutFollowingLinks()
    {
        File.WriteAllText(Path.Combine(outside, "kept"), "");
        var deep = string.Join('/', Enumerable.Repeat("d", 200));
        folder.WriteText($"{deep}/file", "");
        Directory.CreateSymbolicLink(folder.PathOf("d/d/link"), outside);
        File.CreateSymbolicLink(folder.PathOf("dangling"), "/nowhere");

        folder.Delete();

        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
        Assert.True(File.Exists(Path.Combine(outside, "kept")));
    }

    [Fact]
    public void Clear_KeepsWhatIsNamed()
    {
        folder.WriteText("outputs/kept", "");
        folder.WriteText("other/gone", "");
        folder.WriteText("gone", "");

        folder.Clear("", ["outputs"]);

        Assert.Equal(["outputs"], folder.ListNames(""));
        Assert.Equal(["kept"], folder.ListFiles("outputs"));
    }

    [Fact]
    public void Read_EndsWhereTheFileEnded_WhenItWasOpened()
    {
        folder.WriteText("log", "first");
        using var snapshot = new FileSnapshot(folder.OpenRead("log")!);
        using (var more = folder.OpenAppend("log"))
            more.Write(Encoding.UTF8.GetBytes("second"));

        using var reader = new StreamReader(snapshot);

        Assert.Equal((5, "first"), (snapshot.Length, reader.ReadToEnd()));
    }
}
