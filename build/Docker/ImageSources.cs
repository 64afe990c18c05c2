using Build.CommandLine;
using Build.CommandLine.Groups;
using Cake.Core;
using Experiments.Json;
using Experiments.Model;
using Experiments.Plans;
using Images.Inputs;

namespace Build.Docker;

/// <summary>What goes into this project's image, as the command line and the environment config have it.</summary>
internal static class ImageSources
{
    /// <summary>Reads every input of the image.</summary>
    /// <exception cref="ConfigException">The Dockerfile is not there, or the ignore file is faulty.</exception>
    /// <exception cref="CakeException">A <c>--build-arg</c> is no NAME=VALUE, or holds a secret.</exception>
    public static ImageInputs ReadImage(this BuildContext context, CommandArguments arguments, EnvironmentConfig environment) =>
        Read(context.Root, environment.ImageDockerfile, Parse(arguments.Get(PlanningArguments.BuildArgument)));

    /// <summary>The same for the image of a plan: what a plan says is all that a later target knows.</summary>
    public static ImageInputs ReadImage(this BuildContext context, ImageBuildPlan build) =>
        Read(context.Root, build.Dockerfile, build.Arguments);

    private static ImageInputs Read(string root, string dockerfile, IReadOnlyDictionary<string, string> arguments)
    {
        try
        {
            return ImageInputs.Read(root, dockerfile, arguments);
        }
        catch (FileNotFoundException)
        {
            throw new ConfigException(
                "the environment config",
                [
                    new(
                        new ConfigLocation("the environment config"),
                        "IMAGE_DOCKERFILE",
                        $"\"{dockerfile}\"",
                        "a file in the repository, as docker/gpu/Dockerfile is"
                    ),
                ]
            );
        }
        catch (FormatException exception)
        {
            throw new CakeException(exception.Message, exception);
        }
    }

    internal static SortedDictionary<string, string> Parse(IEnumerable<string> arguments)
    {
        var parsed = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var argument in arguments)
        {
            var split = argument.IndexOf('=', StringComparison.Ordinal);
            if (split < 1)
                throw new CakeException($"--build-arg is \"{argument}\"; it must be NAME=VALUE.");
            var name = argument[..split];
            if (SecretWords.IsSecretKey(name))
                throw new CakeException(
                    $"--build-arg {name} is a secret; it must not be: build arguments can be read in the image's history for ever. Replace the secret where it was issued, for it has been written down."
                );
            parsed[name] = argument[(split + 1)..];
        }

        return parsed;
    }
}
