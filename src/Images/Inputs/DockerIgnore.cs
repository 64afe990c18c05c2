namespace Images.Inputs;

/// <summary>
/// The rules of a <c>.dockerignore</c> file, as Docker reads them: one pattern a line, <c>!</c> brings back what an earlier line left out, the last
/// pattern that matches a path or one of its folders decides.
/// </summary>
/// <remarks>
/// Source: <see href="https://docs.docker.com/build/concepts/context/#dockerignore-files"/>, and what BuildKit does where that page is silent: a folder
/// that is left out is entered only when an exception begins with its very path, so <c>*</c> with <c>!**/*.py</c> brings back files of the root alone.
/// </remarks>
public sealed class DockerIgnore
{
    private readonly IReadOnlyList<DockerIgnoreRule> rules;

    private DockerIgnore(IReadOnlyList<DockerIgnoreRule> rules) => this.rules = rules;

    /// <summary>Reads the rules.</summary>
    /// <param name="text">Content of the file; empty leaves nothing out.</param>
    /// <param name="name">Name of the file in the message of an exception.</param>
    /// <exception cref="FormatException">Lines that are no pattern; all are named.</exception>
    public static DockerIgnore Parse(string text, string name = ".dockerignore")
    {
        ArgumentNullException.ThrowIfNull(text);

        var read = new List<DockerIgnoreRule>();
        var faults = new List<string>();
        var number = 0;
        foreach (var line in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            // A comment's # is the first character of its line; after a blank it belongs to a name.
            if (line.StartsWith('#') || line.Trim() is not { Length: > 0 } pattern)
                continue;

            var excepts = pattern[0] == '!';
            var path = DockerIgnoreRule.Clean(excepts ? pattern[1..].Trim() : pattern);
            if (DockerIgnoreRule.FaultIn(path) is { } fault)
                faults.Add($"{name}({number}): {pattern} {fault}");
            else
                read.Add(new DockerIgnoreRule(path, excepts));
        }

        return faults.Count == 0 ? new DockerIgnore(read) : throw new FormatException(string.Join('\n', faults));
    }

    /// <summary>Whether a file or folder is left out of the context, going by the rules alone.</summary>
    /// <param name="path">Relative to the context, with forward slashes.</param>
    public bool Ignores(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);

        var ignored = false;
        foreach (var rule in rules)
        {
            // A rule that would not change the answer need not be tried.
            if (rule.Excepts == ignored && rule.MatchesPathOrFolder(path))
                ignored = !rule.Excepts;
        }

        return ignored;
    }

    /// <summary>Whether anything below a folder can be in the context.</summary>
    /// <param name="folder">Relative to the context, with forward slashes, without a trailing one.</param>
    public bool Enters(string folder) =>
        !Ignores(folder) || rules.Any(rule => rule.Excepts && (rule.Pattern + "/").StartsWith(folder + "/", StringComparison.Ordinal));
}
