namespace Build.LocalRuntime;

/// <summary>Installs packages of the distribution on Debian and Ubuntu.</summary>
public sealed class DebianPackages(IProcesses processes)
{
    /// <summary>Whether this machine runs Debian or a distribution made from it.</summary>
    public static bool IsDebian => File.Exists("/etc/debian_version");

    /// <summary>Whether packages can be installed here: this is Debian, and the user is root.</summary>
    public static bool CanInstall => IsDebian && System.Environment.IsPrivilegedProcess;

    /// <summary>Installs packages without those that they only recommend, and logs their names.</summary>
    /// <exception cref="Cake.Core.CakeException">The installation failed.</exception>
    public async Task InstallAsync(BuildContext context, IReadOnlyList<string> packages)
    {
        context.Say($"Installing with apt-get: {string.Join(' ', packages)}.");
        var apt = new ChildProcess(
            "apt-get",
            ["install", "--yes", "--quiet", "--no-install-recommends", .. packages],
            context.Root,
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["DEBIAN_FRONTEND"] = "noninteractive" }
        );

        // The package lists may be missing (a new container) or too old to download from; then they are updated once.
        var log = new List<string>();
        if (await processes.RunAsync(apt, log.Add, context.Cancellation) == 0)
            return;
        await processes.RunCheckedAsync(apt with { Arguments = ["update", "--quiet"] }, context.Cancellation);
        await processes.RunCheckedAsync(apt, context.Cancellation);
    }
}
