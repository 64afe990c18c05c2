using System.Security.Cryptography;
using System.Text;
using Experiments.Plans.Images;

namespace Images.Inputs;

/// <summary>
/// Holds everything that decides the content of an image: the Dockerfile, the build arguments, and every file of the context that is not
/// ignored. File times, the folder of the checkout and the operating system have no influence.
/// </summary>
public sealed record ImageInputs
{
    /// <summary>The build argument that names the base.</summary>
    internal const string BaseArgument = "BASE_IMAGE";

    private const char Separator = '\u001F';

    private ImageInputs(
        ImageInput dockerfile,
        IReadOnlyDictionary<string, string> buildArguments,
        IReadOnlyDictionary<string, string> arguments,
        IReadOnlyList<ImageInput> files,
        (string? File, DockerIgnore Rules) ignore
    )
    {
        Dockerfile = dockerfile;
        BuildArguments = buildArguments;
        Arguments = arguments;
        Files = files;
        (IgnoreFile, Ignore) = ignore;
        Hash = ComputeHash(dockerfile, buildArguments, files);
    }

    /// <summary>SHA-256 over all inputs: 64 hex digits, lower case.</summary>
    public string Hash { get; }

    /// <summary>The content tag: <c>sha-</c> and the first 20 hex digits of the hash.</summary>
    public string Tag => "sha-" + Hash[..20];

    /// <summary>
    /// The Dockerfile. Its path is relative to the build context, even when the ignore file excludes it from the context.
    /// </summary>
    public ImageInput Dockerfile { get; }

    /// <summary>The build arguments that the build passes, by name.</summary>
    public IReadOnlyDictionary<string, string> BuildArguments { get; }

    /// <summary>The value or default of every <c>ARG</c> before the first <c>FROM</c> that has one, by name.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; }

    /// <summary>The files of the context, by path in the order of UTF-8 bytes.</summary>
    public IReadOnlyList<ImageInput> Files { get; }

    /// <summary>The ignore file that decides the files; null when it does not exist.</summary>
    internal string? IgnoreFile { get; }

    internal DockerIgnore Ignore { get; }

    /// <summary>Converts the inputs to the part of a plan that names the image.</summary>
    public ImageBuildPlan ToPlan() => new(Dockerfile.Path, BuildArguments, Hash, Tag);

    /// <summary>The value of <c>BASE_IMAGE</c>; null when the Dockerfile has no such argument or the argument has no value.</summary>
    public string? BaseImage => Arguments.GetValueOrDefault(BaseArgument);

    /// <summary>The digest within <see cref="BaseImage"/>, as <c>sha256:…</c>; null when the reference has only a tag.</summary>
    public string? BaseDigest => DigestOf(BaseImage);

    /// <summary>Reads the inputs of a build.</summary>
    /// <param name="root">Folder of the build context.</param>
    /// <param name="dockerfile">Path of the Dockerfile, relative to <paramref name="root"/>, with forward slashes.</param>
    /// <param name="buildArguments">The values of <c>--build-arg</c>, by name.</param>
    /// <param name="executables">
    /// Whether each file is executable, by path, as git's index says; the disk decides about other files. Null when there is no index.
    /// </param>
    /// <exception cref="FileNotFoundException">The Dockerfile is missing.</exception>
    /// <exception cref="FormatException">
    /// Some lines of the ignore file are not rules, or the rules let in what no image may hold; the message says what to do.
    /// </exception>
    /// <exception cref="IOException">A file of the context cannot be read; the message names it.</exception>
    /// <remarks>
    /// As with Docker, <c>{Dockerfile}.dockerignore</c> takes precedence over the context's <c>.dockerignore</c>. Folders are not inputs,
    /// because Git stores no empty ones.
    /// </remarks>
    public static ImageInputs Read(
        string root,
        string dockerfile,
        IReadOnlyDictionary<string, string> buildArguments,
        IReadOnlyDictionary<string, bool>? executables = null
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentException.ThrowIfNullOrEmpty(dockerfile);
        ArgumentNullException.ThrowIfNull(buildArguments);

        root = Path.GetFullPath(root);
        var path = Path.GetFullPath(Path.Combine(root, dockerfile));
        var shown = Path.GetRelativePath(root, path).Replace('\\', '/');
        if (!File.Exists(path))
            throw new FileNotFoundException($"{shown} is missing; it must be a Dockerfile below {root}.", path);

        var bytes = File.ReadAllBytes(path);
        var arguments = new SortedDictionary<string, string>(
            DockerfileArguments.Defaults(Encoding.UTF8.GetString(bytes)),
            StringComparer.Ordinal
        );
        foreach (var (name, value) in buildArguments)
            arguments[name] = value;

        var ignore = ReadIgnore(root, shown);
        return new ImageInputs(
            new ImageInput(shown, Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length),
            new SortedDictionary<string, string>(buildArguments.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal),
            arguments,
            BuildContextFiles.Read(root, ignore.Rules, executables),
            ignore
        );
    }

    internal static string? DigestOf(string? image) =>
        image?.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? image[(at + 1)..] : null;

    private static (string? File, DockerIgnore Rules) ReadIgnore(string root, string dockerfile)
    {
        foreach (var name in new[] { dockerfile + ".dockerignore", ".dockerignore" })
        {
            var file = Path.Combine(root, name);
            if (File.Exists(file))
                return (name, DockerIgnore.Parse(File.ReadAllText(file), name));
        }

        return (null, DockerIgnore.Parse("", ".dockerignore"));
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
            // A value may contain line ends; its hash cannot.
            Append(hash, "argument", name, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value))));
        }

        foreach (var file in files)
            Append(hash, file.Kind.ToString(), file.Path, file.Hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, params ReadOnlySpan<string> fields) =>
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join(Separator, fields) + "\n"));
}
