using System.Diagnostics;

namespace Fixtures.Registries;

/// <summary>Finds the CNCF distribution registry, and installs Debian's package of it where that is allowed.</summary>
public static class RegistryBinary
{
    // Debian uses the longer name, the project the shorter.
    private static readonly string[] Names = ["docker-registry", "registry"];

    private static readonly Lazy<string> Found = new(Find);

    /// <summary>The path of the registry's executable.</summary>
    /// <exception cref="InvalidOperationException">It is not installed and cannot be: not root, or not Debian, or apt-get
    /// failed.</exception>
    public static string Path => Found.Value;

    private static string Find()
    {
        if (Search() is { } path)
        {
            return path;
        }

        if (!OperatingSystem.IsLinux() || !File.Exists("/etc/debian_version") || Environment.UserName != "root")
        {
            throw new InvalidOperationException(
                "The CNCF distribution registry is not installed, and only root on Debian may install it here; run `apt-get "
                    + "install docker-registry`, or put `registry` on the PATH."
            );
        }

        using var apt = Process.Start(
            new ProcessStartInfo("apt-get", ["install", "-y", "--no-install-recommends", "docker-registry"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["DEBIAN_FRONTEND"] = "noninteractive" },
            }
        )!;
        var errors = apt.StandardError.ReadToEndAsync();
        apt.StandardOutput.ReadToEnd();
        apt.WaitForExit();
        return Search()
            ?? throw new InvalidOperationException(
                $"`apt-get install docker-registry` exited with code {apt.ExitCode} and installed no registry: "
                    + $"{errors.GetAwaiter().GetResult().Trim()}"
            );
    }

    private static string? Search() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(System.IO.Path.PathSeparator)
            .Append("/usr/bin")
            .SelectMany(folder => Names.Select(name => System.IO.Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
}
