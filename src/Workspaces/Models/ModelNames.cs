using System.Text.RegularExpressions;

namespace Workspaces.Models;

/// <summary>The rules of Azure ML for the names of models, their versions and stages.</summary>
public static partial class ModelNames
{
    /// <summary>The rule for the name of a model.</summary>
    public const string NameRule = "1 to 255 ASCII letters, digits, '-' or '_', the first a letter or digit";

    /// <summary>The rule for a version of a model.</summary>
    public const string VersionRule = "1 to 255 ASCII letters, digits, '-', '_' or '.'";

    /// <summary>The rule for a stage.</summary>
    public const string StageRule = "1 to 64 ASCII letters, digits, '-' or '_', the first a letter";

    /// <summary>The stage of a version that has none.</summary>
    public const string NoStage = "None";

    // MLflow knows these; it compares them without regard to case.
    private static readonly string[] KnownStages = [NoStage, "Staging", "Production", "Archived"];

    /// <summary>Returns the name of the model of a use case: every character that a name must not have becomes a hyphen.</summary>
    public static string Of(string useCase)
    {
        ArgumentNullException.ThrowIfNull(useCase);
        var name = string.Concat(
            useCase.Take(255).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-')
        );
        name = name.TrimStart('-', '_');
        return name.Length == 0 ? "model" : name;
    }

    /// <summary>Returns whether a text can be the name of a model.</summary>
    public static bool IsName(string text) => Name().IsMatch(text);

    /// <summary>Returns whether a text can be a version.</summary>
    public static bool IsVersion(string text) => Version().IsMatch(text);

    /// <summary>Returns a stage as it is written; null when the text can be none. MLflow's own have capitals.</summary>
    public static string? StageOf(string text) =>
        Stage().IsMatch(text) ? KnownStages.FirstOrDefault(known => known.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? text : null;

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"^[a-zA-Z0-9\-_.]{1,255}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();

    [GeneratedRegex(@"^[a-zA-Z][a-zA-Z0-9\-_]{0,63}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Stage();
}
