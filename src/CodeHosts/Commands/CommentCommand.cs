using CodeHosts.Facts;
using CodeHosts.Platforms;
using CodeHosts.Text;
using Experiments.Json;
using Experiments.Reading;

namespace CodeHosts.Commands;

/// <summary>A command in a comment: its first line begins with <c>/train</c>, <c>/cancel</c>, <c>/status</c> or <c>/azp</c>.</summary>
public sealed record CommentCommand
{
    private static readonly string[] Names = ["/train", "/cancel", "/status", "/azp", "/AzurePipelines"];

    private const int MostOverrides = 50;

    private const string WorkspaceKey = "ENV_CONFIG_FILE";

    /// <summary>The kind of the command.</summary>
    public required CommentCommandKind Kind { get; init; }

    /// <summary>The experiment that <c>/train</c> names; null for those that the pull request changes.</summary>
    public string? File { get; init; }

    /// <summary>The overrides of <c>/train</c>, each <c>KEY=VALUE</c>.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <summary>Whether <c>--again</c> requests a run of what has been trained already.</summary>
    public bool Again { get; init; }

    /// <summary>The job that <c>/cancel</c> names; null for all of the pull request.</summary>
    public string? Job { get; init; }

    /// <summary>The faults, each a sentence without foreign markup.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>Reads the command of a comment.</summary>
    /// <param name="comment">The whole comment.</param>
    /// <param name="platform">The platform whose variables a value could name.</param>
    /// <returns>Null when the comment holds no command.</returns>
    public static CommentCommand? Parse(string? comment, Platform platform)
    {
        var lines = (comment ?? "").ReplaceLineEndings("\n").Split('\n').SkipWhile(string.IsNullOrWhiteSpace).ToList();
        if (lines.Count == 0 || KindOf(lines[0]) is not { } kind)
            return null;
        if (kind == CommentCommandKind.AzurePipelines)
            return new() { Kind = kind };
        var command = Read(kind, lines[0], platform);
        return lines.Skip(1).Any(line => KindOf(line) is not null)
            ? command with
            {
                Faults = [.. command.Faults, "the comment holds several commands; it must hold one: write a comment for each."],
            }
            : command;
    }

    private static CommentCommandKind? KindOf(string line) =>
        Array.Find(Names, name =>
            line.StartsWith(name, StringComparison.Ordinal) && (line.Length == name.Length || IsBlank(line[name.Length]))
        ) switch
        {
            "/train" => CommentCommandKind.Train,
            "/cancel" => CommentCommandKind.Cancel,
            "/status" => CommentCommandKind.Status,
            null => null,
            _ => CommentCommandKind.AzurePipelines,
        };

    private static CommentCommand Read(CommentCommandKind kind, string line, Platform platform)
    {
        var faults = new List<string>();
        var words = CommandWords.Split(line, faults).Skip(1).ToList();
        var command = kind == CommentCommandKind.Train ? ReadTrain(words, platform, faults) : ReadOther(kind, words, faults);
        return command with { Faults = faults };
    }

    private static CommentCommand ReadTrain(List<string> words, Platform platform, List<string> faults)
    {
        string? file = null;
        var again = false;
        var overrides = new List<string>();
        foreach (var word in words)
        {
            if (word == "--again")
                again = true;
            else if (word.StartsWith('-'))
                faults.Add($"the option is {SafeText.Quote(word)}; it must be --again, or be left out.");
            else if (word.Contains('=', StringComparison.Ordinal))
                AddOverride(word, platform, overrides, faults);
            else if (file is not null)
                faults.Add($"a second file is {SafeText.Quote(word)}; one comment must name one file, and values as KEY=VALUE.");
            else if (ExperimentPath.FindFault(word) is { } rule)
                faults.Add($"the file is {SafeText.Quote(word)}; it must be {rule}.");
            else
                file = word;
        }

        if (overrides.Count > MostOverrides)
            faults.Add($"the comment has {overrides.Count} overrides; it must have at most {MostOverrides}.");
        if (overrides.Count > 0 && file is null && faults.Count == 0)
            faults.Add("the overrides have no file; it must be named: /train exp_configs/NAME.json KEY=VALUE.");
        return new()
        {
            Kind = CommentCommandKind.Train,
            File = file,
            Overrides = overrides,
            Again = again,
        };
    }

    private static CommentCommand ReadOther(CommentCommandKind kind, List<string> words, List<string> faults)
    {
        var job = kind == CommentCommandKind.Cancel && words.Count == 1 && IsJobName(words[0]) ? words[0] : null;
        if (words.Count > (job is null ? 0 : 1))
        {
            faults.Add(
                kind == CommentCommandKind.Cancel
                    ? $"what follows /cancel is {SafeText.Quote(words[0])}; it must be the name of a job, or nothing for all of them."
                    : $"what follows /status is {SafeText.Quote(words[0])}; nothing must follow it."
            );
        }

        return new() { Kind = kind, Job = job };
    }

    private static void AddOverride(string word, Platform platform, List<string> overrides, List<string> faults)
    {
        if (FindFault(word, platform) is { } fault)
            faults.Add(fault);
        else
            overrides.Add(word);
    }

    private static string? FindFault(string word, Platform platform)
    {
        var key = word[..word.IndexOf('=', StringComparison.Ordinal)];
        var value = word[(key.Length + 1)..];
        if (SecretWords.IsSecretKey(key) || SecretWords.LooksLikeSecret(value))
            return $"the value of {SafeText.Quote(key)} looks like a secret; a comment must hold none. Delete the comment.";
        if (!SettingKeys.IsKnown(key))
            return ExplainKey(key);
        if (key == WorkspaceKey)
            return $"the key is {key}; it must be in the file, which says where money is spent, and not in a comment.";
        return platform == Platform.AzureDevOps && value.Contains("$(", StringComparison.Ordinal)
            ? $"the value of {SafeText.Quote(key)} has $ before a bracket, which Azure Pipelines replaces by a variable; it must have none."
            : null;
    }

    private static string ExplainKey(string key)
    {
        var fault = $"the key is {SafeText.Quote(key)}; it must be a key of the exp_config.";
        return SettingKeys.FindNearest(key) is { } nearest
            ? $"{fault} Did you mean {nearest}?{NearestName.Difference(key, nearest)}"
            : $"{fault} docs/exp_config.md lists them.";
    }

    private static bool IsJobName(string word) =>
        word.Length <= 255
        && char.IsAsciiLetterOrDigit(word[0])
        && word.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');

    private static bool IsBlank(char letter) => letter is ' ' or '\t';
}
