using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Mlflow;

/// <summary>Checks names, lengths and counts, with the texts of MLflow's own server.</summary>
internal static partial class MlflowLimits
{
    public const int LongestKey = 250;
    public const int LongestParameter = 6000;
    public const int LongestTag = 5000;
    public const int LongestExperimentName = 500;
    public const int MostMetrics = 1000;
    public const int MostParameters = 100;
    public const int MostTags = 100;
    public const int MostInAll = 1000;
    public const int MostResults = 50_000;
    private const int Shown = 250;

    [GeneratedRegex(@"^[/\w.\- :]*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    /// <summary>Returns what is wrong with the key of a metric, parameter or tag; null for nothing.</summary>
    /// <param name="what">Metric, Param or Tag.</param>
    /// <param name="key">The key.</param>
    public static string? KeyFault(string what, string? key)
    {
        if (string.IsNullOrEmpty(key))
            return Missing("key");
        if (!Name().IsMatch(key))
        {
            return $"Invalid {what.ToLowerInvariant()} name: '{Shorten(key)}'. Names may only contain alphanumerics, underscores (_), "
                + "dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).";
        }

        return key is "." || key.Split('/').Any(part => part is "" or "..") || key.StartsWith("./", StringComparison.Ordinal)
            ? $"Invalid {what.ToLowerInvariant()} name: '{Shorten(key)}'. Names may be treated as files in certain cases, and must not "
                + "resolve to other names when treated as such."
            : LengthFault($"{what} name", key, LongestKey);
    }

    /// <summary>Returns what is wrong with a parameter; null for nothing.</summary>
    public static string? ParameterFault(string key, string value) =>
        KeyFault("Param", key) ?? LengthFault("Param value", value, LongestParameter);

    /// <summary>Returns what is wrong with a tag; null for nothing.</summary>
    public static string? TagFault(string key, string value) => KeyFault("Tag", key) ?? LengthFault("Tag value", value, LongestTag);

    /// <summary>Returns what is wrong with the name of an experiment; null for nothing.</summary>
    public static string? ExperimentFault(string? name) =>
        string.IsNullOrEmpty(name) ? Missing("name") : LengthFault("Experiment name", name, LongestExperimentName);

    /// <summary>Returns what is wrong with the counts of a batch; null for nothing.</summary>
    public static string? BatchFault(int metrics, int parameters, int tags) =>
        CountFault("metrics", metrics, MostMetrics)
        ?? CountFault("params", parameters, MostParameters)
        ?? CountFault("tags", tags, MostTags)
        ?? CountFault("metrics, params, and tags", metrics + parameters + tags, MostInAll);

    /// <summary>Reads <c>max_results</c>.</summary>
    /// <returns>Either the number or what is wrong with it.</returns>
    public static (int Size, string? Fault) ReadSize(JsonNode? body, int preset, int most = MostResults)
    {
        var asked = body.Integer("max_results") ?? preset;
        return asked < 1 ? (0, $"Invalid value {asked} for parameter 'max_results' supplied: It must be a positive integer.")
            : asked > most ? (0, $"Invalid value for request parameter max_results. It must be at most {most}, but got value {asked}")
            : ((int)asked, null);
    }

    public static string Missing(string parameter) =>
        $"Missing value for required parameter '{parameter}'. See the API docs for more information about request parameters.";

    private static string? CountFault(string what, int count, int most) =>
        count <= most
            ? null
            : $"A batch logging request can contain at most {most} {what}. Got {count} {what}. Please split up {what} across multiple "
                + "requests and try again.";

    private static string? LengthFault(string what, string text, int most) =>
        text.Length <= most ? null : $"{what} '{Shorten(text)}' had length {text.Length}, which exceeded length limit of {most}";

    private static string Shorten(string text) => text.Length <= Shown ? text : text[..Shown];
}
