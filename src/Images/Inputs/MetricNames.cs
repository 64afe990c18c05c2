using System.Text.RegularExpressions;

namespace Images.Inputs;

/// <summary>Reads the names of the trainer's metrics from its source, for the image's label.</summary>
public static partial class MetricNames
{
    /// <summary>The build argument that passes the names to the Dockerfile, separated by commas.</summary>
    public const string Argument = "METRIC_NAMES";

    /// <summary>The source with the names, relative to the repository.</summary>
    public const string SourceFile = "src/training/detection/tracking/metric_names.py";

    /// <summary>Reads the tuple <c>METRIC_NAMES</c>: string literals, one per line.</summary>
    /// <param name="root">Absolute path of the repository.</param>
    /// <returns>The names, in the order of the source.</returns>
    /// <exception cref="FormatException">The source is missing or does not hold such a tuple.</exception>
    public static IReadOnlyList<string> Read(string root)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        var file = Path.Combine(root, SourceFile);
        return Parse(File.Exists(file) ? File.ReadAllText(file) : "");
    }

    internal static IReadOnlyList<string> Parse(string source)
    {
        if (Tuple().Match(source) is { Success: true } match)
            return [.. match.Groups["name"].Captures.Select(capture => capture.Value)];
        throw new FormatException(
            $"{SourceFile} holds no tuple {Argument}; it must hold one of plain string literals, one per line, "
                + "because the build reads it for the image's label."
        );
    }

    [GeneratedRegex(
        """^METRIC_NAMES = \(\r?\n(    "(?<name>[A-Za-z0-9_<>]+)",\r?\n)+\)""",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Tuple();
}
