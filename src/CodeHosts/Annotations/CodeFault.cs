using Experiments.Json;

namespace CodeHosts.Annotations;

/// <summary>A fault as the platforms show it beside the changed lines.</summary>
/// <param name="Rule">The rule that is broken, one of <see cref="FaultRules"/>.</param>
/// <param name="Message">The value found, the rule and the fix.</param>
/// <param name="File">Path relative to the repository, with forward slashes; null when no file of the repository is meant.</param>
/// <param name="Line">From 1; null for the whole file.</param>
/// <param name="Column">From 1, in UTF-16 code units; null for the whole line.</param>
/// <param name="Key">The subject of the fault, such as a key path: two faults with the same rule, file and key are the same one.</param>
public sealed record CodeFault(string Rule, string Message, string? File, int? Line, int? Column, string? Key = null)
{
    /// <summary>Converts a fault of an exp_config or an environment config.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="fault">The fault.</param>
    /// <param name="root">Absolute path of the repository, in which the file must be to be named.</param>
    public static CodeFault Of(string rule, ConfigFault fault, string root)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var (source, line, column) = fault.Where;
        var message = $"{fault.Subject} is {fault.Found}; it must be {fault.Required}.{(fault.Hint is null ? "" : " " + fault.Hint)}";
        return PathOf(source, root) is { } file
            ? new(rule, message, file, line, column, fault.JsonPath)
            : new(rule, fault.ToString(), File: null, Line: null, Column: null, fault.JsonPath);
    }

    // An override of the command line, or a name that stands for the experiment, is not a file.
    private static string? PathOf(string source, string root)
    {
        if (source.StartsWith(ConfigLocation.OverrideOption, StringComparison.Ordinal) || source.AsSpan().ContainsAny('\0', '\n'))
            return null;
        var full = Path.GetFullPath(source, root);
        var relative = Path.GetRelativePath(root, full).Replace(Path.DirectorySeparatorChar, '/');
        return System.IO.File.Exists(full) && !relative.StartsWith("..", StringComparison.Ordinal) && !Path.IsPathRooted(relative)
            ? relative
            : null;
    }
}
