namespace Cake.Frosting.Internal;

/// <summary>Describes an option of the host itself. The host keeps all others for the build.</summary>
/// <param name="Name">Its first long name.</param>
/// <param name="Names">Every name, without dashes. One letter: written with one dash.</param>
/// <param name="Value">What its value is called in the help; null: a flag.</param>
/// <param name="Help">What it does, as the help says it.</param>
internal sealed record CommandLineOption(string Name, string[] Names, string? Value, string Help)
{
    public static readonly IReadOnlyList<CommandLineOption> All =
    [
        new("target", ["target", "Target", "t"], "TARGET", "Target task to invoke."),
        new("working", ["working", "w"], "PATH", "Sets the working directory"),
        new(
            "verbosity",
            ["verbosity", "v"],
            "VERBOSITY",
            "Specifies the amount of information to be displayed.\n(Quiet, Minimal, Normal, Verbose, Diagnostic)"
        ),
        new(
            "description",
            ["description", "descriptions", "showdescription", "showdescriptions"],
            null,
            "Shows description for each task."
        ),
        new("tree", ["tree", "showtree"], null, "Shows the task dependency tree."),
        new("dryrun", ["dryrun", "noop", "whatif"], null, "Performs a dry run."),
        new("exclusive", ["exclusive", "e"], null, "Executes the target task without any dependencies."),
        new("version", ["version", "ver"], null, "Displays version information."),
        new("info", ["info"], null, "Displays additional information about Cake."),
        new("help", ["help", "h", "?"], null, "Prints help information."),
    ];

    public static CommandLineOption? Find(string name) => All.FirstOrDefault(option => option.Names.Contains(name, StringComparer.Ordinal));

    // Width of the column of names.
    private const int HelpColumn = 34;

    /// <summary>Returns the lines that <c>--help</c> prints.</summary>
    public static IEnumerable<string> Usage(string program)
    {
        yield return "USAGE:";
        yield return $"    {program} [OPTIONS]";
        yield return string.Empty;
        yield return "OPTIONS:";
        foreach (var option in All)
        {
            var letter = option.Names.FirstOrDefault(name => name.Length == 1 && char.IsLetter(name[0]));
            var name =
                $"    {(letter is null ? "   " : $"-{letter},")} "
                + $"--{option.Name}{(option.Value is null ? string.Empty : $" <{option.Value}>")}";
            var indented = option.Help.ReplaceLineEndings(Environment.NewLine + new string(' ', HelpColumn));
            yield return name.PadRight(HelpColumn) + indented;
        }

        yield return string.Empty;
        yield return "Any other option is an argument of the build; the target Default lists them where the build has one.";
    }
}
