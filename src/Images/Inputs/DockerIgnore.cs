namespace Images.Inputs;

/// <summary>
/// Applies the rules of a <c>.dockerignore</c> file as Docker does: one pattern per line, <c>!</c> includes what an earlier line excluded,
/// and the last pattern that matches a path or one of its folders decides.
/// </summary>
/// <remarks>
/// Source: <see href="https://docs.docker.com/build/concepts/context/#dockerignore-files"/>, and BuildKit's behaviour where that page is
/// silent: an excluded folder is entered only when an exception begins with exactly its path, so <c>*</c> with <c>!**/*.py</c> includes
/// only files of the root.
/// </remarks>
public sealed class DockerIgnore
{
    private readonly IReadOnlyList<DockerIgnoreRule> rules;

    private DockerIgnore(IReadOnlyList<DockerIgnoreRule> rules, string name) => (this.rules, Name) = (rules, name);

    /// <summary>Name of the file, for messages.</summary>
    public string Name { get; }

    /// <summary>Reads the rules.</summary>
    /// <param name="text">Content of the file; an empty one excludes nothing.</param>
    /// <param name="name">Name of the file, for error messages.</param>
    /// <exception cref="FormatException">Some lines are not patterns; the message names all of them.</exception>
    public static DockerIgnore Parse(string text, string name = ".dockerignore")
    {
        ArgumentNullException.ThrowIfNull(text);

        var read = new List<DockerIgnoreRule>();
        var faults = new List<string>();
        var number = 0;
        foreach (var line in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            // # begins a comment only as the first character of a line; after a blank it belongs to a name.
            if (line.StartsWith('#') || line.Trim() is not { Length: > 0 } pattern)
                continue;

            var excepts = pattern[0] == '!';
            var path = DockerIgnoreRule.Clean(excepts ? pattern[1..].Trim() : pattern);
            if (DockerIgnoreRule.FaultIn(path) is { } fault)
                faults.Add($"{name}({number}): {pattern} {fault}");
            else
                read.Add(new DockerIgnoreRule(path, excepts));
        }

        return faults.Count == 0 ? new DockerIgnore(read, name) : throw new FormatException(string.Join('\n', faults));
    }

    /// <summary>Returns whether the rules exclude a file or folder from the context.</summary>
    /// <param name="path">Relative to the context, with forward slashes.</param>
    public bool Ignores(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);

        var ignored = false;
        foreach (var rule in rules)
        {
            // Skip rules that would not change the result.
            if (rule.Excepts == ignored && rule.MatchesPathOrFolder(path))
                ignored = !rule.Excepts;
        }

        return ignored;
    }

    /// <summary>Returns whether any file below a folder can be in the context.</summary>
    /// <param name="folder">Relative to the context, with forward slashes, without a trailing one.</param>
    public bool Enters(string folder) =>
        !Ignores(folder) || rules.Any(rule => rule.Excepts && (rule.Pattern + "/").StartsWith(folder + "/", StringComparison.Ordinal));
}
