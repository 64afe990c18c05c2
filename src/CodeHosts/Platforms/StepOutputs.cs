using System.Text.RegularExpressions;
using CodeHosts.Text;

namespace CodeHosts.Platforms;

/// <summary>Passes values to later steps of a pipeline: GitHub Actions reads them from a file, Azure Pipelines from the log.</summary>
public static partial class StepOutputs
{
    /// <summary>Sets an output of this step; does nothing outside a pipeline.</summary>
    /// <param name="variable">Returns the value of an environment variable.</param>
    /// <param name="say">Writes a line to the log.</param>
    /// <param name="name">Letters, digits and <c>_</c>.</param>
    /// <param name="value">The value, on one line or several.</param>
    public static void Write(Func<string, string?> variable, Action<string> say, string name, string value)
    {
        ArgumentNullException.ThrowIfNull(variable);
        ArgumentNullException.ThrowIfNull(say);
        if (!Name().IsMatch(name))
            throw new ArgumentException($"An output's name is letters, digits and _, not {SafeText.Quote(name)}.", nameof(name));
        if (variable("GITHUB_OUTPUT") is { Length: > 0 } file)
            File.AppendAllText(file, ForGitHub(name, value, Guid.NewGuid().ToString("N")));
        if (PlatformVariables.Detect(variable) == Platform.AzureDevOps)
            say(PipelineCommand.ForAzure("task.setvariable", value, ("variable", name), ("isOutput", "true")));
    }

    /// <summary>Returns the lines of GitHub's output file: plain for a plain value, else between lines of a delimiter.</summary>
    /// <param name="name">The output.</param>
    /// <param name="value">The value.</param>
    /// <param name="delimiter">A random text, which the author of the value could not know.</param>
    internal static string ForGitHub(string name, string value, string delimiter) =>
        Plain().IsMatch(value) ? $"{name}={value}\n" : $"{name}<<{delimiter}\n{value}\n{delimiter}\n";

    [GeneratedRegex(@"^\w{1,100}\z", RegexOptions.ECMAScript, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"^[\w ./:?&=%+-]*\z", RegexOptions.ECMAScript, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Plain();
}
