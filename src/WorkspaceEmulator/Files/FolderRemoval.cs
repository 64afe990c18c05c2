using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace WorkspaceEmulator.Files;

/// <summary>Deletes folders that a job filled: of any depth, with names that are no text, and with modes that forbid it.</summary>
internal static class FolderRemoval
{
    /// <summary>
    /// Deletes an entry of a folder without following links. A folder of a folder is moved up before it is deleted, so that depth needs
    /// neither a longer path nor another open folder.
    /// </summary>
    /// <returns>Zero, or the error.</returns>
    public static int Remove(SafeFileHandle parent, byte[] name)
    {
        var error = NativeFiles.RemoveFile(parent, name);
        if (error is 0 or NativeFiles.NotFound)
            return 0;
        if (NativeFiles.FactsOf(parent, name) is not { IsFolder: true })
            return error;
        var (folder, openError) = OpenWritable(parent, name);
        if (folder is null)
            return openError;
        using (folder)
        {
            var moved = 0;
            for (var names = NativeFiles.ReadNames(folder); names.Count > 0; names = NativeFiles.ReadNames(folder))
            {
                foreach (var entry in names)
                {
                    error = RemoveEntry(folder, entry, ref moved);
                    if (error != 0)
                        return error;
                }
            }
        }

        error = NativeFiles.RemoveFolder(parent, name);
        return error == NativeFiles.NotFound ? 0 : error;
    }

    // Afterwards the entry is gone, and what was in its folders is in the folder itself.
    private static int RemoveEntry(SafeFileHandle folder, byte[] entry, ref int moved)
    {
        var error = NativeFiles.RemoveFile(folder, entry);
        if (error is 0 or NativeFiles.NotFound)
            return 0;
        if (NativeFiles.FactsOf(folder, entry) is not { IsFolder: true })
            return error;
        var (inner, openError) = OpenWritable(folder, entry);
        if (inner is null)
            return openError;
        using (inner)
        {
            foreach (var name in NativeFiles.ReadNames(inner))
            {
                error = NativeFiles.RemoveFile(inner, name);
                if (error is 0 or NativeFiles.NotFound)
                    continue;
                error = NativeFiles.RemoveFolder(inner, name);
                while (error is not (0 or NativeFiles.NotFound))
                {
                    // Folders are moved with write access to themselves, as their entry for the parent changes.
                    OpenWritable(inner, name).Folder?.Dispose();
                    var place = NativeFiles.Bytes(string.Create(CultureInfo.InvariantCulture, $".moved-{moved++}"));
                    error = NativeFiles.Rename(inner, name, folder, place);
                    if (error is not (NativeFiles.NotEmpty or NativeFiles.AlreadyExists or NativeFiles.NotAFolder))
                        break; // Else the name was taken: the next one is tried.
                }

                if (error is not (0 or NativeFiles.NotFound))
                    return error;
            }
        }

        error = NativeFiles.RemoveFolder(folder, entry);
        return error is NativeFiles.NotFound or NativeFiles.NotEmpty ? 0 : error; // Not empty: the next round removes it.
    }

    private static (SafeFileHandle? Folder, int Error) OpenWritable(SafeFileHandle parent, byte[] name)
    {
        var (folder, error) = NativeFiles.OpenFolder(parent, name);
        if (folder is null)
            return (null, error);
        try
        {
            const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            var own = $"/proc/self/fd/{folder.DangerousGetHandle()}"; // The open folder itself, whatever has its name by now.
            if ((File.GetUnixFileMode(own) & All) != All)
                File.SetUnixFileMode(own, All);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // It belongs to another user; only the attempt shows whether it can be deleted.
        }

        return (folder, 0);
    }
}
