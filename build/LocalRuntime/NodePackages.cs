using Cake.Core;

namespace Build;

/// <summary>The packages of a Node project of this repository, as its lock file says.</summary>
public static class NodePackages
{
    /// <summary>Installs them; a second time nothing is fetched.</summary>
    /// <param name="context">The run.</param>
    /// <param name="folder">Absolute path of the folder that has package.json and package-lock.json.</param>
    /// <exception cref="CakeException">Node.js is missing or too old, or npm failed.</exception>
    public static async Task InstallAsync(BuildContext context, string folder)
    {
        var installed = Path.Combine(folder, "node_modules", ".package-lock.json");
        var wanted = Path.Combine(folder, "package-lock.json");
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(wanted))
            return;
        var name = Path.GetRelativePath(context.Root, folder);
        var node = await new ChildProcess("node", ["--version"], folder).TryReadAsync(context.Cancellation);
        if (!Version.TryParse(node?.TrimStart('v'), out var version) || version.Major < 20)
            throw new CakeException(
                $"Node.js is {node ?? "not installed"}; it must be 20 or newer to run {name}. Install it from https://nodejs.org, then run the same command again."
            );
        context.Say($"Installing the packages of {name} with npm.");
        await new ChildProcess("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], folder).RunCheckedAsync(context.Cancellation);
    }
}
