using Experiments.Text;

namespace CodeHosts.Text;

/// <summary>Writes the commands that the platforms read from a log, with the escapes that each of them undoes.</summary>
public static class PipelineCommand
{
    /// <summary>Returns a workflow command of GitHub Actions: <c>::name key=value,…::data</c>.</summary>
    /// <param name="name">The command.</param>
    /// <param name="data">The text; line feeds may be in it.</param>
    /// <param name="properties">The properties; one whose value is null or empty is left out.</param>
    public static string ForGitHub(string name, string data, params IEnumerable<(string Key, string? Value)> properties)
    {
        ArgumentNullException.ThrowIfNull(data);
        var pairs = properties
            .Where(property => !string.IsNullOrEmpty(property.Value))
            .Select(property => $"{property.Key}={GitHubProperty(property.Value!)}");
        return $"::{name} {string.Join(',', pairs)}".TrimEnd() + $"::{GitHubData(data)}";
    }

    private static string GitHubProperty(string value) =>
        GitHubData(value).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);

    /// <summary>Returns a logging command of Azure Pipelines: <c>##vso[area.event key=value;…]data</c>.</summary>
    /// <param name="name">Area and event, with a dot between them.</param>
    /// <param name="data">The text; line feeds may be in it.</param>
    /// <param name="properties">The properties; one whose value is null or empty is left out.</param>
    public static string ForAzure(string name, string data, params IEnumerable<(string Key, string? Value)> properties)
    {
        ArgumentNullException.ThrowIfNull(data);
        var pairs = properties
            .Where(property => !string.IsNullOrEmpty(property.Value))
            .Select(property => $"{property.Key}={AzureData(property.Value!)}");
        return $"##vso[{name} {string.Join(';', pairs)}".TrimEnd() + $"]{AzureData(data)}";
    }

    private static string GitHubData(string text) =>
        ForeignText.StripLines(text).Replace("%", "%25", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string AzureData(string text) =>
        ForeignText
            .StripLines(text)
            .Replace("%", "%AZP25", StringComparison.Ordinal)
            .Replace("\n", "%0A", StringComparison.Ordinal)
            .Replace("]", "%5D", StringComparison.Ordinal)
            .Replace(";", "%3B", StringComparison.Ordinal);
}
