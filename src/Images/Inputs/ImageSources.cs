using Cake.Core;
using Experiments.Json;
using Experiments.Plans.Images;

namespace Images.Inputs;

/// <summary>Reads the inputs of this project's image, as the command line and the environment config name them.</summary>
public static class ImageSources
{
    /// <summary>Reads every input of the image.</summary>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="dockerfile">IMAGE_DOCKERFILE, relative to the repository.</param>
    /// <param name="buildArguments">The values of <c>--build-arg</c>.</param>
    /// <param name="executables">As in <see cref="ImageInputs.Read"/>.</param>
    /// <exception cref="ConfigException">The Dockerfile is missing.</exception>
    /// <exception cref="CakeException">A <c>--build-arg</c> or the ignore file is faulty.</exception>
    public static ImageInputs Read(
        string root,
        string dockerfile,
        IEnumerable<string> buildArguments,
        IReadOnlyDictionary<string, bool>? executables = null
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        var arguments = Parse(buildArguments);
        var file = Path.Combine(root, dockerfile);
        if (File.Exists(file) && DockerfileArguments.Declares(File.ReadAllText(file), MetricNames.Argument))
            arguments[MetricNames.Argument] = string.Join(',', ReadMetricNames(root));
        return ReadAll(root, dockerfile, arguments, executables);
    }

    /// <summary>Reads the inputs of a plan's image: a later target knows only what the plan says.</summary>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="build">The image in the plan.</param>
    /// <param name="executables">As in <see cref="ImageInputs.Read"/>.</param>
    /// <exception cref="ConfigException">The Dockerfile is missing.</exception>
    /// <exception cref="CakeException">The ignore file is faulty.</exception>
    public static ImageInputs Read(string root, ImageBuildPlan build, IReadOnlyDictionary<string, bool>? executables = null)
    {
        ArgumentNullException.ThrowIfNull(build);
        return ReadAll(root, build.Dockerfile, build.Arguments, executables);
    }

    /// <summary>Reads the digest of the base that the image of a plan must have.</summary>
    /// <returns>Null when the base is named by a tag, or the Dockerfile is missing.</returns>
    public static string? ReadBaseDigest(string root, ImageBuildPlan build)
    {
        ArgumentNullException.ThrowIfNull(build);
        var file = Path.Combine(root, build.Dockerfile);
        var image = build.Arguments.GetValueOrDefault(ImageInputs.BaseArgument)
            ?? (
                File.Exists(file) ? DockerfileArguments.Defaults(File.ReadAllText(file)).GetValueOrDefault(ImageInputs.BaseArgument) : null
            );
        return ImageInputs.DigestOf(image);
    }

    private static ImageInputs ReadAll(
        string root,
        string dockerfile,
        IReadOnlyDictionary<string, string> arguments,
        IReadOnlyDictionary<string, bool>? executables
    )
    {
        try
        {
            return ImageInputs.Read(root, dockerfile, arguments, executables);
        }
        catch (FileNotFoundException)
        {
            const string Config = "the environment config";
            var rule = "a file in the repository, as docker/gpu/Dockerfile is";
            throw new ConfigException(Config, [new(new ConfigLocation(Config), "IMAGE_DOCKERFILE", $"\"{dockerfile}\"", rule)]);
        }
        catch (Exception exception) when (exception is FormatException or IOException)
        {
            throw new CakeException(exception.Message, exception);
        }
    }

    private static IReadOnlyList<string> ReadMetricNames(string root)
    {
        try
        {
            return MetricNames.Read(root);
        }
        catch (FormatException exception)
        {
            throw new CakeException(exception.Message, exception);
        }
    }

    private static SortedDictionary<string, string> Parse(IEnumerable<string> buildArguments)
    {
        var parsed = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var argument in buildArguments)
        {
            var split = argument.IndexOf('=', StringComparison.Ordinal);
            if (split < 1)
                throw new CakeException($"--build-arg is \"{argument}\"; it must be NAME=VALUE.");
            var name = argument[..split];
            if (name == MetricNames.Argument)
            {
                throw new CakeException(
                    $"--build-arg {name} is given; it must be left out, because the build reads it from {MetricNames.SourceFile}."
                );
            }

            if (SecretWords.IsSecretKey(name))
            {
                throw new CakeException(
                    $"--build-arg {name} is a secret; it must not be, because build arguments stay readable in the image's history. "
                        + "Replace the secret where it was issued, because it has been written down."
                );
            }

            parsed[name] = argument[(split + 1)..];
        }

        return parsed;
    }
}
