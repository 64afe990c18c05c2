using System.Text.RegularExpressions;
using Experiments.Model;

namespace Build.CommandLine.Groups;

/// <summary>The arguments that decide a plan beside the experiment.</summary>
public sealed partial class PlanningArguments() : ArgumentGroup(BuildArgument, ImageRepository, ReadDataset, Runtime)
{
    public static readonly RepeatedArgument BuildArgument = new(
        "build-arg",
        "NAME=VALUE",
        "a build argument of the image; repeatable, never a secret",
        text => Arguments.CheckPair(text, "NAME=VALUE")
    )
    {
        DecidesPlan = true,
    };

    public static readonly Argument<string?> ImageRepository = Arguments.Text(
        "image-repository",
        "NAME",
        "the repository of the image; default IMAGE_REPOSITORY, and pr/IMAGE_REPOSITORY in a pipeline's job for a pull request",
        CheckRepository,
        decidesPlan: true
    );

    public static readonly Argument<bool?> ReadDataset = new(
        "read-dataset",
        "true|false",
        "reads the dataset of a storage account before anything is sent; default true, false leaves it to the job",
        otherwise: null,
        text => Arguments.ParseBoolean(text)
    )
    {
        Alone = "true",
        DecidesPlan = true,
    };

    public static readonly Argument<string?> Runtime = Arguments.Text(
        "runtime",
        "process|docker",
        "what runs the emulator's jobs; default docker where an engine and the registry respond",
        CheckRuntime,
        decidesPlan: true
    );

    private static void CheckRepository(string text)
    {
        if (!RepositoryName().IsMatch(text))
            throw new FormatException("a repository name: lower-case letters, digits, '.', '_', '-' and '/'");
    }

    [GeneratedRegex(EnvironmentConfig.RepositoryPattern, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RepositoryName();

    private static void CheckRuntime(string text)
    {
        if (text is not ("process" or "docker"))
            throw new FormatException("process or docker");
    }
}
