using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WorkspaceEmulator.Containers;

/// <summary>
/// Decides the user as which a job runs in its container: the emulator's own user, so that the caller owns what the job writes. A job never
/// runs as root: where the emulator is root, it runs as user and group 10001, which then own what the job may write.
/// </summary>
internal static partial class ContainerUser
{
    private const uint UnprivilegedId = 10001;

    public static string Name => GetUser() == 0 ? $"{UnprivilegedId}:{UnprivilegedId}" : $"{GetUser()}:{GetGroup()}";

    /// <summary>
    /// Changes the owner of the folders that a job writes. Only what root owns is changed: another owner chose the permissions on purpose.
    /// </summary>
    /// <exception cref="IOException">The file system has no owners, or a folder does not exist.</exception>
    public static async Task ChangeOwnerAsync(IEnumerable<string> folders)
    {
        if (GetUser() != 0)
            return;
        using var process = Process.Start(
            new ProcessStartInfo("chown", ["--recursive", "--no-dereference", "--from=0", Name, "--", .. folders])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            }
        )!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new IOException($"The owner of the folders that the job writes could not be changed to {Name}: {errors.Trim()}");
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint GetUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint GetGroup();
}
