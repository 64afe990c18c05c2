namespace EndToEnd.Pages;

/// <summary>Finds chromium, which <c>--target=Test</c> installs where it can.</summary>
internal static class Chromium
{
    private static readonly string[] Names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

    /// <summary>Returns the path of the executable.</summary>
    public static string Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Append("/usr/bin")
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("chromium is missing; install it, on Debian by `apt-get install chromium-headless-shell`.");
}
