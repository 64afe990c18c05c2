using System.Globalization;
using System.Text.RegularExpressions;
using Cake.Core;

namespace Images.Docker;

/// <summary>Names a docker client that can build with BuildKit.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="HasBuildx">Whether it builds through buildx; otherwise it has BuildKit built in.</param>
internal sealed partial record DockerCommand(string Path, bool HasBuildx)
{
    // From this version on the client needs buildx to build with BuildKit.
    private const int FirstWithoutBuilder = 23;

    /// <summary>Finds the first client with buildx, or else the first that is old enough to have BuildKit built in.</summary>
    /// <param name="searchPath">Folders, in the form of PATH.</param>
    /// <param name="read">Runs a client with arguments and returns its output; null when it does not start or fails.</param>
    /// <exception cref="CakeException">There is no such client; the message says what to install.</exception>
    public static DockerCommand Find(string searchPath, Func<string, string[], string?> read)
    {
        DockerCommand? withoutBuildx = null;
        var seen = new List<string>();
        foreach (var path in Candidates(searchPath))
        {
            if (read(path, ["buildx", "version"]) is not null)
                return new(path, HasBuildx: true);
            var version = read(path, ["--version"]) ?? "";
            seen.Add($"{path} ({(version.Length == 0 ? "does not start" : version)})");
            if (
                withoutBuildx is null
                && Version().Match(version) is { Success: true } match
                && int.Parse(match.Groups["major"].Value, CultureInfo.InvariantCulture) < FirstWithoutBuilder
            )
            {
                withoutBuildx = new(path, HasBuildx: false);
            }
        }

        var found =
            seen.Count == 0
                ? "No docker client was found on PATH"
                : $"No docker client here can build with BuildKit: {string.Join(", ", seen)}";
        return withoutBuildx
            ?? throw new CakeException(
                $"{found}; there must be one with buildx (apt-get install docker.io docker-buildx, or "
                    + "https://docs.docker.com/engine/install). Without Docker, --cloud-build lets Azure build."
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
