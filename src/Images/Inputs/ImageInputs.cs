using System.Security.Cryptography;
using System.Text;
using Experiments.Plans;

namespace Images.Inputs;

/// <summary>
/// Everything that decides what a build makes: the Dockerfile, the build arguments, and every file of the context that the ignore file lets through.
/// Nothing else counts: not file times, not where the checkout is, not the operating system.
/// </summary>
public sealed record ImageInputs
{
    private const char Separator = '\u001F';

    private ImageInputs(
        ImageInput dockerfile,
        IReadOnlyDictionary<string, string> buildArguments,
        IReadOnlyDictionary<string, string> arguments,
        IReadOnlyList<ImageInput> files
    )
    {
        Dockerfile = dockerfile;
        BuildArguments = buildArguments;
        Arguments = arguments;
        Files = files;
        Hash = ComputeHash(dockerfile, buildArguments, files);
    }

    /// <summary>SHA-256 over all of it, 64 hex digits, lower case.</summary>
    public string Hash { get; }

    /// <summary>The tag that names the content: <c>sha-</c> and the first 20 hex digits of the hash.</summary>
    public string Tag => "sha-" + Hash[..20];

    /// <summary>The Dockerfile; its path is relative to the build context, also when the ignore file leaves it out of the context.</summary>
    public ImageInput Dockerfile { get; }

    /// <summary>The build arguments given, by name.</summary>
    public IReadOnlyDictionary<string, string> BuildArguments { get; }

    /// <summary>Every <c>ARG</c> before the first <c>FROM</c> that has a value: the one given, else its default.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; }

    /// <summary>The context's files, by path in the order of their UTF-8 bytes.</summary>
    public IReadOnlyList<ImageInput> Files { get; }

    /// <summary>Converts the inputs to the part of a plan that names the image.</summary>
    public ImageBuildPlan ToPlan() => new(Dockerfile.Path, BuildArguments, Hash, Tag);

    /// <summary>The reference given as <c>BASE_IMAGE</c>; null when the Dockerfile has no such argument or it has no value.</summary>
    public string? BaseImage => Arguments.GetValueOrDefault("BASE_IMAGE");

    /// <summary>The digest within <see cref="BaseImage"/>, as <c>sha256:…</c>; null when it names a tag only.</summary>
    public string? BaseDigest =>
        BaseImage is { } image && image.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? image[(at + 1)..] : null;

    /// <summary>Reads what a build of <paramref name="dockerfile"/> with the context <paramref name="root"/> would use.</summary>
    /// <param name="root">Folder of the build context.</param>
    /// <param name="dockerfile">Path of the Dockerfile, relative to <paramref name="root"/>, with forward slashes.</param>
    /// <param name="buildArguments">What the build is given as <c>--build-arg</c>.</param>
    /// <exception cref="FileNotFoundException">There is no such Dockerfile.</exception>
    /// <exception cref="FormatException">The ignore file holds lines that are no rules; all are named.</exception>
    /// <remarks>As Docker does, <c>{Dockerfile}.dockerignore</c> is taken before the context's <c>.dockerignore</c>. Folders are not inputs: Git keeps no empty ones.</remarks>
    public static ImageInputs Read(string root, string dockerfile, IReadOnlyDictionary<string, string> buildArguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentException.ThrowIfNullOrEmpty(dockerfile);
        ArgumentNullException.ThrowIfNull(buildArguments);

        root = Path.GetFullPath(root);
        var path = Path.GetFullPath(Path.Combine(root, dockerfile));
        var shown = Path.GetRelativePath(root, path).Replace('\\', '/');
        if (!File.Exists(path))
            throw new FileNotFoundException($"{shown} is not there; it must be a Dockerfile below {root}.", path);

        var bytes = File.ReadAllBytes(path);
        var arguments = new SortedDictionary<string, string>(
            DockerfileArguments.Defaults(Encoding.UTF8.GetString(bytes)),
            StringComparer.Ordinal
        );
        foreach (var (name, value) in buildArguments)
            arguments[name] = value;

        return new ImageInputs(
            new ImageInput(shown, Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length),
            new SortedDictionary<string, string>(buildArguments.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal),
            arguments,
            BuildContextFiles.Read(root, ReadIgnore(root, shown))
        );
    }

    private static DockerIgnore ReadIgnore(string root, string dockerfile)
    {
        foreach (var name in new[] { dockerfile + ".dockerignore", ".dockerignore" })
        {
            var file = Path.Combine(root, name);
            if (File.Exists(file))
                return DockerIgnore.Parse(File.ReadAllText(file), name);
        }

        return DockerIgnore.Parse("", ".dockerignore");
    }

    private static string ComputeHash(
        ImageInput dockerfile,
        IReadOnlyDictionary<string, string> buildArguments,
        IReadOnlyList<ImageInput> files
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, "dockerfile", dockerfile.Path, dockerfile.Hash);
        foreach (var (name, value) in buildArguments)
        {
            // A value may hold anything, a line end too; its own hash cannot run into the next line.
            Append(hash, "argument", name, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value))));
        }

        foreach (var file in files)
            Append(hash, file.Kind.ToString(), file.Path, file.Hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, params ReadOnlySpan<string> fields) =>
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join(Separator, fields) + "\n"));
}
