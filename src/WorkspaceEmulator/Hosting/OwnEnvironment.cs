using System.Collections;
using System.Runtime.InteropServices;

namespace WorkspaceEmulator.Hosting;

/// <summary>
/// Restricts the emulator to the few environment variables that it needs. Every process of its user, including a job, can read the
/// variables that a process was started with, and these may hold secrets. So the program restarts itself with those that it needs.
/// </summary>
internal static partial class OwnEnvironment
{
    private const string Marker = "WORKSPACE_EMULATOR_REDUCED";
    private static readonly string[] Names =
    [
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "LANG",
        "TZ",
        "TMPDIR",
        "DOCKER_HOST",
        "DOCKER_CONFIG",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "LD_LIBRARY_PATH",
    ];
    private static readonly string[] Prefixes = ["LC_", "DOTNET_", "WORKSPACE_EMULATOR_"];
    private static readonly string[] Proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

    /// <summary>Returns whether the emulator keeps a variable.</summary>
    public static bool IsKept(string name, string value) =>
        Names.Contains(name, StringComparer.Ordinal)
        || Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))
        // An address with a password is a secret.
        || (Proxies.Contains(name, StringComparer.OrdinalIgnoreCase) && !value.Contains('@', StringComparison.Ordinal));

    /// <summary>Restarts the program in this process, without the other variables. It returns when it has no others.</summary>
    /// <returns>Why it could not; null when nothing had to be done.</returns>
    public static string? Reduce()
    {
        var all = Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Select(pair => ((string)pair.Key, (string?)pair.Value ?? ""));
        var kept = all.Where(pair => IsKept(pair.Item1, pair.Item2)).Select(pair => $"{pair.Item1}={pair.Item2}").ToList();
        if (kept.Count == all.Count() || Environment.GetEnvironmentVariable(Marker) is not null)
            return null;
        var program = File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: false)!.FullName;
        string?[] arguments = [.. File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0'), null];
        _ = Execute(program, arguments, [.. kept, $"{Marker}=1", null]);
        return $"{program} could not be started without the environment of its caller: {Marshal.GetLastPInvokeErrorMessage()}";
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string program, string?[] arguments, string?[] variables);
}
