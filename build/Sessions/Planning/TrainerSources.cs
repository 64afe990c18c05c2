using System.Security.Cryptography;
using System.Text;

namespace Build.Sessions.Planning;

/// <summary>Identifies the trainer's sources by their content.</summary>
internal static class TrainerSources
{
    /// <summary>
    /// Returns the SHA-256 over the path and content of each source file, 64 hex digits. File times and the folder of the checkout do not
    /// matter.
    /// </summary>
    public static string Hash(string root)
    {
        var folder = Path.Combine(root, "src", "training");
        var lines = new StringBuilder();
        foreach (
            var file in Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(path =>
                    path.EndsWith(".py", StringComparison.Ordinal)
                    || path.EndsWith(".toml", StringComparison.Ordinal)
                    || path.EndsWith(".txt", StringComparison.Ordinal)
                    || path.EndsWith(".json", StringComparison.Ordinal)
                )
                .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
                .Where(path => !path.Split('/').Any(name => name.StartsWith('.'))) // Caches of tools; no image holds them either.
                .Order(StringComparer.Ordinal)
        )
        {
            using var content = File.OpenRead(Path.Combine(folder, file));
            lines.Append(file).Append('\u001f').Append(Convert.ToHexStringLower(SHA256.HashData(content))).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())));
    }
}
