using System.Text.RegularExpressions;
using Build.LocalRuntime;
using Cake.Core;

namespace Build.Docker;

/// <summary>A docker client that can build with BuildKit.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="HasBuildx">Whether it builds through buildx; else by itself.</param>
internal sealed partial record DockerCommand(string Path, bool HasBuildx)
{
    // From this version on the client leaves building with BuildKit to buildx.
    private const int FirstWithoutBuilder = 23;

    /// <summary>Looks at every client on PATH: the first with buildx, else the first that is old enough to build by itself.</summary>
    /// <param name="searchPath">Folders, as PATH has them.</param>
    /// <param name="workingDirectory">Absolute path.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <exception cref="CakeException">There is none; says what to install.</exception>
    public static async Task<DockerCommand> FindAsync(string searchPath, string workingDirectory, CancellationToken cancellationToken)
    {
        DockerCommand? byItself = null;
        var seen = new List<string>();
        foreach (var path in Candidates(searchPath))
        {
            if (await new ChildProcess(path, ["buildx", "version"], workingDirectory).TryReadAsync(cancellationToken) is not null)
                return new(path, HasBuildx: true);
            var version = await new ChildProcess(path, ["--version"], workingDirectory).TryReadAsync(cancellationToken) ?? "";
            seen.Add($"{path} ({(version.Length == 0 ? "does not start" : version)})");
            if (
                byItself is null
                && Version().Match(version) is { Success: true } match
                && int.Parse(match.Groups["major"].Value) < FirstWithoutBuilder
            )
                byItself = new(path, HasBuildx: false);
        }

        return byItself
            ?? throw new CakeException(
                (
                    seen.Count == 0
                        ? "No docker client was found on PATH"
                        : $"No docker client here can build with BuildKit: {string.Join(", ", seen)}"
                )
                    + "; there must be one with buildx (apt-get install docker.io docker-buildx, or https://docs.docker.com/engine/install). Without Docker, --cloud-build lets Azure build."
            );
    }

    private static IEnumerable<string> Candidates(string searchPath)
    {
        var name = OperatingSystem.IsWindows() ? "docker.exe" : "docker";
        return searchPath
            .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => System.IO.Path.Combine(folder, name))
            .Where(File.Exists)
            .Distinct(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"version (?<major>\d{1,4})\.", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
