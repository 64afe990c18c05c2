using System.Text;

namespace CodeHosts.Platforms;

/// <summary>Writes the page that a platform shows for a run: plan, image, decision, outcome.</summary>
/// <param name="variable">Returns the value of an environment variable.</param>
/// <param name="artifacts">The folder of artifacts. For Azure Pipelines the page is <c>summary.md</c> in it, which a step of its own
/// uploads.</param>
/// <remarks>
/// Steps that print text from outside may not upload a summary on Azure Pipelines: their commands are restricted. The step that does so
/// prints nothing else.
/// </remarks>
public sealed class StepSummary(Func<string, string?> variable, string artifacts)
{
    /// <summary>GitHub shows nothing of a step that writes more.</summary>
    private const int MostBytes = 1_048_576;

    private const string CutNote = "\n\nThe rest is left out: GitHub shows at most 1 MiB per step. The log has all of it.\n";

    /// <summary>Adds a part to the summary; does nothing outside a pipeline.</summary>
    /// <param name="heading">The heading, which this program wrote.</param>
    /// <param name="markdown">Markdown in which foreign text is inline code.</param>
    public void Add(string heading, string markdown)
    {
        ArgumentNullException.ThrowIfNull(markdown);
        var text = $"### {heading}\n\n{markdown.TrimEnd()}\n\n";
        if (variable("GITHUB_STEP_SUMMARY") is { Length: > 0 } file)
            Append(file, text);
        else if (PlatformVariables.Detect(variable) == Platform.AzureDevOps)
            Append(Path.Combine(Directory.CreateDirectory(artifacts).FullName, "summary.md"), text);
    }

    private static void Append(string file, string text)
    {
        var used = File.Exists(file) ? new FileInfo(file).Length : 0;
        var left = MostBytes - used - Encoding.UTF8.GetByteCount(CutNote);
        if (left <= 0)
            return;
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > left)
            bytes = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes, 0, (int)left).TrimEnd('\uFFFD') + CutNote);
        using var output = new FileStream(file, FileMode.Append, FileAccess.Write);
        output.Write(bytes);
    }
}
