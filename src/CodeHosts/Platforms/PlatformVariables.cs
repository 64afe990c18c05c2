namespace CodeHosts.Platforms;

/// <summary>Reads from the variables of the environment which platform runs this process, and where its checkout is.</summary>
public static class PlatformVariables
{
    /// <summary>Returns the platform.</summary>
    /// <param name="variable">Returns the value of an environment variable.</param>
    public static Platform Detect(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return variable("GITHUB_ACTIONS") == "true" ? Platform.GitHub
            : string.Equals(variable("TF_BUILD"), "true", StringComparison.OrdinalIgnoreCase) ? Platform.AzureDevOps
            : Platform.None;
    }

    /// <summary>Returns a path as the platform names it: relative to the folder into which it checked the repository out.</summary>
    /// <param name="variable">Returns the value of an environment variable.</param>
    /// <param name="root">Absolute path of the repository of this host.</param>
    /// <param name="path">A path relative to that repository.</param>
    public static string PathInCheckout(Func<string, string?> variable, string root, string path)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var name = Detect(variable) == Platform.GitHub ? "GITHUB_WORKSPACE" : "BUILD_SOURCESDIRECTORY";
        var relative = variable(name) is { Length: > 0 } checkout
            ? Path.GetRelativePath(Path.GetFullPath(checkout), Path.GetFullPath(path, root))
            : path;
        return (relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? path : relative).Replace(
            Path.DirectorySeparatorChar,
            '/'
        );
    }
}
