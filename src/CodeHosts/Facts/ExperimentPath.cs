using System.Text.RegularExpressions;

namespace CodeHosts.Facts;

/// <summary>The rule for the path of an experiment that someone names from outside.</summary>
internal static partial class ExperimentPath
{
    public const string Rule = "a JSON file under exp_configs/, of letters, digits, '.', '_', '-' and '/'";

    /// <summary>Returns the rule when a path breaks it; null when the path can be an experiment.</summary>
    public static string? FindFault(string path) =>
        Form().IsMatch(path)
        && !path.EndsWith(".schema.json", StringComparison.Ordinal)
        && !path.Split('/').Any(part => part.Length == 0 || part.StartsWith('.'))
            ? null
            : Rule;

    [GeneratedRegex(@"^exp_configs/[A-Za-z0-9._/-]{1,200}\.json\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
