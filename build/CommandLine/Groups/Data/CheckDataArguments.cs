using System.Text.Json;

namespace Build.CommandLine.Groups.Data;

/// <summary>The arguments of the report about a dataset.</summary>
public sealed class CheckDataArguments() : ArgumentGroup(From, FailOn)
{
    public static readonly Argument<string?> From = Arguments.Text(
        "from",
        "FOLDER",
        "a folder in the datastore layout, in place of the experiment's datastore"
    );

    public static readonly RepeatedArgument FailOn = new(
        "fail-on",
        "FINDING",
        "a finding that is a fault, such as near-duplicates-across; repeatable, see docs/datastores.md",
        CheckFinding
    );

    /// <summary>The findings that the trainer knows, read from its own list.</summary>
    private static IReadOnlyList<string> ReadFindings()
    {
        using var stream = typeof(CheckDataArguments).Assembly.GetManifestResourceStream("findings.json")!;
        using var findings = JsonDocument.Parse(stream);
        return [.. findings.RootElement.EnumerateObject().Select(finding => finding.Name)];
    }

    private static void CheckFinding(string name)
    {
        var findings = ReadFindings();
        if (!findings.Contains(name, StringComparer.Ordinal))
            throw new FormatException($"one of {string.Join(", ", findings)}");
    }
}
