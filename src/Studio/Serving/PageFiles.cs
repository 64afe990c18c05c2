using System.Reflection;

namespace Studio.Serving;

/// <summary>Holds the files of the page, which are part of this assembly.</summary>
internal static class PageFiles
{
    private const string Prefix = "web/";
    private static readonly Assembly Own = typeof(PageFiles).Assembly;
    private static readonly HashSet<string> Names = Own.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(name => name.Replace('\\', '/'))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Opens a file; null when the page has no such file.</summary>
    public static Stream? Open(string path) => Names.Contains(Prefix + path) ? Own.GetManifestResourceStream(Prefix + path) : null;

    public static string ContentTypeOf(string path) =>
        Path.GetExtension(path) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".js" or ".mjs" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            ".json" => "application/json",
            ".png" => "image/png",
            ".woff2" => "font/woff2",
            _ => "text/plain; charset=utf-8",
        };
}
