using System.Globalization;
using Reports;
using Workspaces.Models;

namespace Build.CommandLine.Groups.Models;

/// <summary>The arguments that decide how a model is registered, and when not.</summary>
public sealed class RegistrationArguments() : ArgumentGroup(Name, Type, MinMetric, OnlyIfBetter)
{
    private const string Rule = "METRIC=NUMBER, such as eval_AP50=0.6";

    public static readonly Argument<string?> Name = Arguments.Text(
        "model-name",
        "NAME",
        "the name of the model; default IMAGE_TYPE, with a hyphen for each character that a name must not have",
        CheckName
    );

    public static readonly Argument<string?> Type = Arguments.Text(
        "model-type",
        "mlflow|custom",
        "the type of the model: mlflow (default), which needs its MLmodel file, or custom",
        CheckType
    );

    public static readonly RepeatedArgument MinMetric = new(
        "min-metric",
        "METRIC=NUMBER",
        "registers nothing when the metric of the job is below the number; repeatable",
        text => Threshold(text)
    );

    public static readonly Argument<bool> OnlyIfBetter = Arguments.Switch(
        "only-if-better",
        "registers nothing unless the 95 % interval of the difference of eval_mAP to the newest version is above 0"
    );

    /// <summary>Returns the metric and the number of a threshold.</summary>
    /// <exception cref="FormatException">Carries the rule.</exception>
    public static (string Metric, double Least) Threshold(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // The name of a class may hold an equals sign.
        var at = text.LastIndexOf('=');
        if (at > 0 && FailRules.FindNameFault(text[..at]) is { } fault)
            throw new FormatException($"{Rule}; {fault}");
        return
            at > 0
            && double.TryParse(text.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var least)
            && double.IsFinite(least)
            ? (text[..at], least)
            : throw new FormatException(Rule);
    }

    private static void CheckName(string text)
    {
        if (!ModelNames.IsName(text))
            throw new FormatException(ModelNames.NameRule);
    }

    private static void CheckType(string text)
    {
        if (text is not ("mlflow" or "custom"))
            throw new FormatException("mlflow or custom");
    }
}
