using CodeHosts.Platforms;
using CodeHosts.Text;
using Experiments.Text;

namespace CodeHosts.Annotations;

/// <summary>Writes faults as the lines that a platform turns into annotations of the changed files.</summary>
public static class FaultAnnotations
{
    /// <summary>Returns the lines for the platform that runs this process; none outside a pipeline.</summary>
    /// <param name="variable">Returns the value of an environment variable.</param>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="faults">The faults, the most important first: a platform shows the first ten of a step.</param>
    public static IEnumerable<string> Lines(Func<string, string?> variable, string root, IEnumerable<CodeFault> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        var platform = PlatformVariables.Detect(variable);
        return platform == Platform.None
            ? []
            : faults.Select(fault =>
                Line(platform, fault with { File = fault.File is { } file ? PlatformVariables.PathInCheckout(variable, root, file) : null })
            );
    }

    private static string Line(Platform platform, CodeFault fault)
    {
        var message = ForeignText.DefuseLines(fault.Message);
        var (line, column) = (fault.File is null ? null : $"{fault.Line}", fault.File is null ? null : $"{fault.Column}");
        return platform == Platform.GitHub
            ? PipelineCommand.ForGitHub("error", message, ("file", fault.File), ("line", line), ("col", column), ("title", fault.Rule))
            : PipelineCommand.ForAzure(
                "task.logissue",
                message,
                ("type", "error"),
                ("sourcepath", fault.File),
                ("linenumber", line),
                ("columnnumber", column),
                ("code", fault.Rule)
            );
    }
}
