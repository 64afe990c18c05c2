namespace EndToEnd.Pages;

/// <summary>Finds chromium, and installs Debian's package of it where that is allowed.</summary>
internal static class Chromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    /// <summary>Returns the path of the executable.</summary>
    public static async Task<string> FindAsync()
    {
        if (Search() is { } path)
            return path;
        Assert.True(
            OperatingSystem.IsLinux() && File.Exists("/etc/debian_version") && Environment.UserName == "root",
            "chromium is missing, and only root on Debian may install it here; run `apt-get install chromium`."
        );
        await BrowserTests.RunAsync("apt-get", ["install", "-y", "--no-install-recommends", "chromium"]);
        return Search() ?? throw new InvalidOperationException("`apt-get install chromium` left no chromium.");
    }

    private static string? Search() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Append("/usr/bin")
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
}
