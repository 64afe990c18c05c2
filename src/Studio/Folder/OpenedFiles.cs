using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Studio.Folder;

/// <summary>
/// Opens a file below a folder without following a link, also when a link replaces a part of the path meanwhile: each part is opened
/// relative to the folder before it. For Linux alone.
/// </summary>
internal static partial class OpenedFiles
{
    private const int CurrentFolder = -100;
    private const int NonBlocking = 0x800; // A pipe would wait for its writer.
    private const int CloseOnExec = 0x80000;
    private const int PathOnly = 0x200000;

    // These two have other values on ARM.
    private static readonly int FolderFlag = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    /// <summary>Opens a file for reading; null when it is missing, is no file, or a link is on its path below the root.</summary>
    /// <param name="root">Absolute path of the folder, which may itself be a link.</param>
    /// <param name="path">Valid relative path with slashes.</param>
    public static FileStream? Open(string root, string path)
    {
        var parts = path.Split('/');
        var place = OpenAt(CurrentFolder, Bytes(root), PathOnly | FolderFlag | CloseOnExec, 0);
        for (var i = 0; i < parts.Length; i++)
        {
            if (place.IsInvalid)
                break;
            using var parent = place;
            var access = i < parts.Length - 1 ? PathOnly | FolderFlag : NonBlocking;
            place = OpenAt((int)parent.DangerousGetHandle(), Bytes(parts[i]), access | NoFollow | CloseOnExec, 0);
        }

        if (place.IsInvalid)
        {
            place.Dispose();
            return null;
        }

        var file = new FileStream(place, FileAccess.Read);
        if (file.CanSeek && !IsFolder(place))
            return file;
        file.Dispose();
        return null;
    }

    private static bool IsFolder(SafeFileHandle file) => File.GetAttributes(file).HasFlag(FileAttributes.Directory);

    private static byte[] Bytes(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    [LibraryImport("libc", EntryPoint = "openat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle OpenAt(int folder, [In] byte[] path, int flags, uint mode);
}
