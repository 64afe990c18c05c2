using System.Security.Cryptography;
using System.Text;
using Experiments.Plans.Images;

namespace Images.Inputs;

/// <summary>The files of a commit, with which the inputs of an image are compared.</summary>
/// <param name="Files">Mode and id of each file by path, relative to the build context.</param>
public sealed record CommitTree(IReadOnlyDictionary<string, CommittedFile> Files)
{
    private const string Link = "120000";
    private const string Executable = "100755";
    private const string Plain = "100644";
    private const string Submodule = "160000";

    /// <summary>Parses what <c>git ls-tree -r -z HEAD</c> or <c>git ls-files --stage -z</c> prints.</summary>
    /// <param name="listing">
    /// Entries that end with NUL: mode, then words of which one is the id, then a tab and the path. Text around them is skipped.
    /// </param>
    public static CommitTree Parse(string listing)
    {
        ArgumentNullException.ThrowIfNull(listing);
        var files = new Dictionary<string, CommittedFile>(StringComparer.Ordinal);
        foreach (var entry in listing.Split('\0'))
        {
            var tab = entry.IndexOf('\t', StringComparison.Ordinal);
            if (tab < 0)
                continue;
            // git may have warned on the line before.
            var words = entry[(entry.LastIndexOf('\n', tab) + 1)..tab].Split(' ');
            if (words.Length >= 3 && Array.Find(words, IsId) is { } id)
                files[entry[(tab + 1)..]] = new(words[0], id);
        }

        return new(files);
    }

    /// <summary>Returns whether each file is executable, by path.</summary>
    public IReadOnlyDictionary<string, bool> Executables() =>
        Files
            .Where(file => file.Value.Mode is Executable or Plain)
            .ToDictionary(file => file.Key, file => file.Value.Mode == Executable, StringComparer.Ordinal);

    /// <summary>Compares the inputs of an image with the commit, byte for byte.</summary>
    /// <param name="root">Absolute path of the build context.</param>
    /// <param name="inputs">The inputs.</param>
    /// <returns>The first difference, as a clause without a full stop; null when the inputs are exactly those of the commit.</returns>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public string? FindDifference(string root, ImageInputs inputs)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (var file in inputs.Files)
        {
            if (FindDifference(root, file.Path, file.Kind) is { } difference)
                return difference;
        }

        // The Dockerfile and the ignore file need not be in the context themselves, and their modes are of no account.
        foreach (var path in new[] { inputs.Dockerfile.Path, inputs.IgnoreFile }.OfType<string>())
        {
            if (FindDifference(root, path, kind: null) is { } difference)
                return difference;
        }

        var read = inputs.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        return
            Files
                .Keys.Where(path => !read.Contains(path) && IsInContext(path, inputs.Ignore))
                .Order(StringComparer.Ordinal)
                .FirstOrDefault()
                is { } missing
            ? $"{missing} of the commit is missing"
            : null;
    }

    private string? FindDifference(string root, string path, ImageInputKind? kind)
    {
        if (!Files.TryGetValue(path, out var committed))
            return $"{path} is not in the commit";
        if (committed.Mode == Submodule)
            return $"{path} is a submodule";
        var full = Path.Combine(root, path);
        var content =
            committed.Mode == Link
                ? Encoding.UTF8.GetBytes(new FileInfo(full).LinkTarget?.Replace('\\', '/') ?? "")
                : File.ReadAllBytes(full);
        var hasMode = kind is null || committed.Mode == ModeOf(kind.Value);
        return hasMode && committed.Id == IdOf(content, committed.Id.Length) ? null : $"{path} differs from the commit";
    }

    private static string ModeOf(ImageInputKind kind) =>
        kind switch
        {
            ImageInputKind.Link => Link,
            ImageInputKind.Executable => Executable,
            _ => Plain,
        };

    private static bool IsInContext(string path, DockerIgnore ignore)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (!ignore.Enters(path[..slash]))
                return false;
        }

        return !ignore.Ignores(path);
    }

    private static bool IsId(string word) => word.Length is 40 or 64 && word.All(char.IsAsciiHexDigitLower);

    // git's id of a blob: a hash over `blob LENGTH`, NUL and the content.
    private static string IdOf(byte[] content, int digits)
    {
        byte[] blob = [.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content];
#pragma warning disable CA5350 // git prescribes SHA-1; repositories with SHA-256 have longer ids.
        return Convert.ToHexStringLower(digits == 64 ? SHA256.HashData(blob) : SHA1.HashData(blob));
#pragma warning restore CA5350
    }
}
