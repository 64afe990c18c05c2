using System.Diagnostics;
using System.Globalization;
using Build.Testing;

namespace Build.Tests;

public sealed class RunFolderTests : IDisposable
{
    private const string Mount = "tmpfs /dev/shm tmpfs rw,nosuid,nodev 0 0";

    private readonly string root = Directory.CreateTempSubdirectory("run-").FullName;

    private string Records => Path.Combine(root, "records");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData(Mount, "MemAvailable:   16000000 kB", true)]
    [InlineData(Mount, "MemAvailable:    2000000 kB", false)]
    [InlineData(Mount, "MemFree:        16000000 kB", false)]
    [InlineData("tmpfs /dev/shm tmpfs rw,nosuid,nodev,noexec 0 0", "MemAvailable:   16000000 kB", false)]
    [InlineData("/dev/vda /dev/shm ext4 rw 0 0", "MemAvailable:   16000000 kB", false)]
    [InlineData("tmpfs /run tmpfs rw 0 0", "MemAvailable:   16000000 kB", false)]
    public void CanHold_WantsAFileSystemInMemoryThatStartsPrograms_AndEnoughOfIt(string mount, string memory, bool expected) =>
        Assert.Equal(expected, RunFolder.CanHold("/dev/shm", ["proc /proc proc rw 0 0", mount], ["MemTotal: 32000000 kB", memory]));

    [Fact]
    public void Create_MakesAFolderForItsUserAlone_AndLeavesNothing()
    {
        using (var folder = RunFolder.Create(Records, root))
        {
            File.WriteAllText(Path.Combine(folder.Path, "file"), "");
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal("UserExecute, UserWrite, UserRead", $"{File.GetUnixFileMode(folder.Path)}");
                // A name that is not UTF-8.
                using var touch = Process.Start("sh", ["-c", "touch \"$1/$(printf 'caf\\351')\"", "sh", folder.Path]);
                touch.WaitForExit();
                Assert.Equal(2, Directory.GetFileSystemEntries(folder.Path).Length);
            }
        }

        Assert.Equal([Records], Directory.GetFileSystemEntries(root));
        Assert.Empty(Directory.GetFileSystemEntries(Records));
    }

    [Fact]
    public void Create_DeletesTheFolderOfARunThatWasKilled()
    {
        using var ended = Process.Start("true");
        ended.WaitForExit();
        var leftover = Directory.CreateDirectory(Path.Combine(root, "mt-leftover")).FullName;
        var foreign = Directory.CreateDirectory(Path.Combine(root, "foreign")).FullName;
        Directory.CreateDirectory(Records);
        foreach (var (name, path) in new[] { ("mt-leftover", leftover), ("mt-other", foreign), ("foreign", foreign), ("mt-empty", "") })
            File.WriteAllText(Path.Combine(Records, string.Create(CultureInfo.InvariantCulture, $"{ended.Id}-{name}")), path);
        File.WriteAllText(Path.Combine(Records, "no-record"), foreign);
        using var running = RunFolder.Create(Records, root);

        using var folder = RunFolder.Create(Records, root);

        Assert.False(Directory.Exists(leftover));
        Assert.True(Directory.Exists(foreign));
        Assert.True(Directory.Exists(running.Path));
    }
}
