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

    // The runtime maps its machine code twice, once to write and once to execute. A sixth of the start is spent on that.
    private const string PlainMapping = "DOTNET_EnableWriteXorExecute=0";
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
    public static bool IsKept(string name, string value)
    {
        // Every start does this twice. Plain loops need no generic code that .NET would compile first.
        foreach (var known in Names)
        {
            if (name == known)
                return true;
        }

        foreach (var prefix in Prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return true;
        }

        foreach (var proxy in Proxies)
        {
            // An address with a password is a secret.
            if (name.Equals(proxy, StringComparison.OrdinalIgnoreCase))
                return !value.Contains('@', StringComparison.Ordinal);
        }

        return false;
    }

    /// <summary>Restarts the program in this process, without the other variables. It returns when it has no others.</summary>
    /// <returns>Why it could not; null when nothing had to be done.</returns>
    public static string? Reduce()
    {
        if (Environment.GetEnvironmentVariable(Marker) is not null)
            return null;
        var kept = new List<string?>();
        var isReduced = true;
        foreach (DictionaryEntry pair in Environment.GetEnvironmentVariables())
        {
            var (name, value) = ((string)pair.Key, (string?)pair.Value ?? "");
            if (IsKept(name, value))
                kept.Add($"{name}={value}");
            else
                isReduced = false;
        }

        if (isReduced)
            return null;
        var program = File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: false)!.FullName;
        string?[] arguments = [.. File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0'), null];
        _ = Execute(program, arguments, [.. kept, PlainMapping, $"{Marker}=1", null]);
        return $"{program} could not be started without the environment of its caller: {Marshal.GetLastPInvokeErrorMessage()}";
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string program, string?[] arguments, string?[] variables);
}
