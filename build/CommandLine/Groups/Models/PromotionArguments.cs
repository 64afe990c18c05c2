using Cake.Core;
using Workspaces.Models;

namespace Build.CommandLine.Groups.Models;

/// <summary>The arguments of a promotion.</summary>
public sealed class PromotionArguments() : ArgumentGroup(Model, Stage, JobArguments.ExperimentFile)
{
    private const string ModelRule = "NAME:VERSION, such as pothole:3";

    public static readonly Argument<string?> Model = Arguments.Text(
        "model",
        "NAME:VERSION",
        "the version that gets the stage; required",
        text => Split(text)
    );

    public static readonly Argument<string?> Stage = Arguments.Text(
        "stage",
        "STAGE",
        "the stage, such as Staging or Production; None removes it; required",
        CheckStage
    );

    /// <summary>Returns the version and the stage.</summary>
    /// <exception cref="CakeException">One of them is missing.</exception>
    public static (string Name, string Version, string Stage) Read(CommandArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var model = arguments.Get(Model) ?? throw Missing(Model);
        var stage = arguments.Get(Stage) ?? throw Missing(Stage);
        var (name, version) = Split(model);
        return (name, version, ModelNames.StageOf(stage)!);
    }

    private static CakeException Missing(Argument argument) =>
        new(
            $"--{argument.Name} is missing; Promote must know which version gets which stage: "
                + "dotnet cake --target=Promote --model=NAME:VERSION --stage=Production"
        );

    private static (string Name, string Version) Split(string text) =>
        text.Split(':') is [var name, var version] && ModelNames.IsName(name) && ModelNames.IsVersion(version)
            ? (name, version)
            : throw new FormatException(ModelRule);

    private static void CheckStage(string text)
    {
        if (ModelNames.StageOf(text) is null)
            throw new FormatException(ModelNames.StageRule);
    }
}
