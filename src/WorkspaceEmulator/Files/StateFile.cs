using System.Globalization;
using System.Text.RegularExpressions;

namespace WorkspaceEmulator.Files;

/// <summary>
/// Writes files of the emulator's state so that each is whole at any moment, sets damaged ones aside, and removes what a crash left.
/// </summary>
internal static partial class StateFile
{
    public const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderOfOwner = OwnerAlone | UnixFileMode.UserExecute;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    [GeneratedRegex(@"\.[0-9a-f]{32}\.tmp\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Temporary();

    /// <summary>Returns a name beside a file under which its next content is written.</summary>
    public static string TemporaryOf(string path) => $"{path}.{Guid.NewGuid():N}.tmp";

    /// <summary>
    /// Replaces a file atomically: a reader sees the old text or the new one, also after the machine has lost power. Only its owner can
    /// read it.
    /// </summary>
    public static void Write(string path, string text)
    {
        var temporary = TemporaryOf(path);
        try
        {
            var settings = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerAlone,
            };
            using (var file = new FileStream(temporary, settings))
            {
                file.Write(System.Text.Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Creates a folder that only its owner can open, and those above it.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        if (Path.GetDirectoryName(path) is { Length: > 0 } above)
            CreateFolder(above); // .NET gives only the last folder the mode.
        Directory.CreateDirectory(path, FolderOfOwner);
    }

    /// <summary>Renames a damaged file, or what is in its place, so that it can be examined and is not read.</summary>
    /// <returns>Its new path.</returns>
    public static string SetAside(string path)
    {
        var aside = $"{path}.damaged";
        for (var number = 2; Path.Exists(aside); number++)
            aside = string.Create(CultureInfo.InvariantCulture, $"{path}.damaged-{number}");
        if (Directory.Exists(path))
            Directory.Move(path, aside);
        else
            File.Move(path, aside);
        return aside;
    }

    /// <summary>Deletes the temporary files that a crash left in a folder.</summary>
    public static void Sweep(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.tmp").Where(IsLeftover))
            File.Delete(file);
    }

    /// <summary>Returns whether a name is that of a temporary file.</summary>
    public static bool IsLeftover(string name) => Temporary().IsMatch(name);

    /// <summary>
    /// Removes the permissions of other users from a folder and what is in it, without following links. When the folder was already closed,
    /// nothing below its folders is changed, as no other user can have reached it.
    /// </summary>
    public static void Close(string folder)
    {
        var wasOpen = (File.GetUnixFileMode(folder) & Others) != UnixFileMode.None;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) & ~Others);
        var all = new EnumerationOptions { RecurseSubdirectories = wasOpen, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", all))
        {
            if ((entry.UnixFileMode & Others) != UnixFileMode.None)
                entry.UnixFileMode &= ~Others;
        }
    }
}
