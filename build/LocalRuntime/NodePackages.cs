using Cake.Core;

namespace Build.LocalRuntime;

/// <summary>Installs the packages of a Node project of this repository, as its lock file lists them.</summary>
public sealed class NodePackages(IProcesses processes)
{
    /// <summary>Installs the packages; a second time nothing is downloaded.</summary>
    /// <param name="context">The run.</param>
    /// <param name="folder">Absolute path of the folder with package.json and package-lock.json.</param>
    /// <exception cref="CakeException">Node.js is missing or too old, or npm failed.</exception>
    public async Task InstallAsync(BuildContext context, string folder)
    {
        var installed = Path.Combine(folder, "node_modules", ".package-lock.json");
        var wanted = Path.Combine(folder, "package-lock.json");
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(wanted))
            return;
        var name = Path.GetRelativePath(context.Root, folder);
        var node = await processes.TryReadAsync(new ChildProcess("node", ["--version"], folder), context.Cancellation);
        if (!Version.TryParse(node?.TrimStart('v'), out var version) || version.Major < 20)
        {
            throw new CakeException(
                $"Node.js is {node ?? "not installed"}; it must be 20 or newer to run {name}. "
                    + "Install it from https://nodejs.org, then run the same command again."
            );
        }

        context.Say($"Installing the packages of {name} with npm.");
        await processes.RunCheckedAsync(
            new ChildProcess("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], folder),
            context.Cancellation
        );
    }
}
