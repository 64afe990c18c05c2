using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WorkspaceEmulator.Containers;

/// <summary>
/// Whom a job runs as in its container, never root: the emulator's own user, so that what the job writes is the caller's; or, where the emulator
/// is root, user and group 10001, which then own what the job may write.
/// </summary>
internal static partial class ContainerUser
{
    private const uint Stranger = 10001;

    public static string Name => GetUser() == 0 ? $"{Stranger}:{Stranger}" : $"{GetUser()}:{GetGroup()}";

    /// <summary>Gives the folders a job writes to its user. Only what root owns changes hands: another owner chose the rights on purpose.</summary>
    /// <exception cref="IOException">A file system that has no owners, or a folder that is gone.</exception>
    public static async Task GiveAsync(IEnumerable<string> folders)
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
            throw new IOException($"The folders the job writes could not be given to user {Name}: {errors.Trim()}");
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint GetUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint GetGroup();
}
