using System.ComponentModel;
using Cake.Cli;
using Cake.Core;
using Cake.Core.Diagnostics;
using Cake.Core.IO;

namespace Cake.Frosting.Internal;

/// <summary>
/// Reads a command line by the rules of Spectre.Console.Cli in its relaxed mode, which Frosting uses. Written out here because loading that
/// library takes longer than everything else the host does before its first line.
/// </summary>
internal sealed class CommandLineParser(IReadOnlyList<string> args)
{
    private const string InvalidLongName = "Invalid long option name.";

    private readonly List<string> targets = [];
    private readonly List<KeyValuePair<string, string?>> others = [];
    private readonly HashSet<string> flags = new(StringComparer.Ordinal);
    private string? working;
    private Verbosity verbosity = Verbosity.Normal;
    private bool afterDashes;
    private int position;

    /// <exception cref="CommandLineException">The command line is not understood.</exception>
    public static CommandLine Parse(IReadOnlyList<string> args) => new CommandLineParser(args).Parse();

    private CommandLine Parse()
    {
        for (; position < args.Count; position++)
        {
            var arg = args[position];
            if (arg == "--" && !afterDashes)
            {
                afterDashes = true;
            }
            else if (arg.StartsWith("--", StringComparison.Ordinal))
            {
                ParseLong(arg);
            }
            else if (IsShort(arg))
            {
                ParseShort(arg);
            }
            else if (!afterDashes)
            {
                throw arg == "-"
                    ? Fault("Option does not have a name.", 0, arg.Length, "Did you forget the option name?")
                    : Fault($"Unknown command '{arg}'.", 0, arg.Length, "No such command");
            }
        }

        if (targets.Count == 0)
            targets.Add("Default");

        var arguments = targets.Select(target => KeyValuePair.Create("target", (string?)target)).Concat(others);
        return new CommandLine(
            targets,
            working is null ? null : new DirectoryPath(working),
            verbosity,
            Description: flags.Contains("description"),
            Tree: flags.Contains("tree"),
            DryRun: flags.Contains("dryrun"),
            Exclusive: flags.Contains("exclusive"),
            Version: flags.Contains("version"),
            Info: flags.Contains("info"),
            Help: flags.Contains("help"),
            // Cake reads a null value as "given, without a value", though its signature does not say so.
            new CakeArguments(arguments.ToLookup(pair => pair.Key, pair => pair.Value!, StringComparer.OrdinalIgnoreCase))
        );
    }

    private static bool IsShort(string arg) => arg.Length > 1 && arg[0] == '-' && (char.IsLetter(arg[1]) || arg[1] is '?' or '_');

    private void ParseLong(string arg)
    {
        var end = arg.IndexOfAny(['=', ':']);
        var name = end < 0 ? arg[2..] : arg[2..end];
        if (name.Length == 0)
            throw Fault("Option does not have a name.", 0, arg.Length, "Did you forget the option name?");
        if (char.IsAsciiDigit(name[0]))
            throw Fault(InvalidLongName, 0, name.Length + 2, "Option names cannot start with a digit");
        if (name.Length == 1)
            throw Fault(InvalidLongName, 0, 3, $"Did you mean -{name}?");
        if (
            name.Select((letter, index) => (letter, index))
                .FirstOrDefault(at => !char.IsLetterOrDigit(at.letter) && at.letter is not '-' and not '_') is
            { letter: not '\0' } at
        )
        {
            throw Fault(InvalidLongName, at.index + 2, 1, "Invalid character");
        }

        Keep(name, name.Length + 2, ValueAfter(arg, end));
    }

    // -abc is three flags. None of them takes a value: what follows is a word of its own.
    private void ParseShort(string arg)
    {
        var end = arg.IndexOfAny(['=', ':']);
        var letters = end < 0 ? arg[1..] : arg[1..end];
        var value = ValueAfter(arg, end);
        if (letters.Length == 1)
        {
            Keep(letters, length: 2, value);
            return;
        }

        foreach (var letter in letters)
            Keep(letter.ToString(), length: 2, value: null, mayTakeNext: false);
        if (value is not null)
            throw Fault($"Unknown command '{value}'.", end + 1, value.Length, "No such command");
    }

    private string? ValueAfter(string arg, int separator)
    {
        if (separator == arg.Length - 1)
            throw Fault("Expected an option value.", arg.Length, 1, "Did you forget the option value?");
        return separator < 0 ? null : arg[(separator + 1)..];
    }

    private void Keep(string name, int length, string? value, bool mayTakeNext = true)
    {
        var option = afterDashes ? null : CommandLineOption.Find(name);
        if (option is null)
        {
            others.Add(KeyValuePair.Create(name, value ?? (mayTakeNext ? TakeNext() : null)));
        }
        else if (option.Value is null)
        {
            KeepFlag(option, length, value, mayTakeNext);
        }
        else
        {
            KeepOption(
                option,
                value
                    ?? (mayTakeNext ? TakeNext() : null)
                    ?? throw Fault($"Option '{option.Name}' is defined but no value has been provided.", 0, length, "No value provided")
            );
        }
    }

    private void KeepFlag(CommandLineOption option, int length, string? value, bool mayTakeNext)
    {
        if (value is null && mayTakeNext && position + 1 < args.Count && bool.TryParse(args[position + 1], out _))
            value = TakeNext();
        if (!bool.TryParse(value ?? bool.TrueString, out var set))
            throw Fault("Flags cannot be assigned a value.", 0, length, "Can't assign value");

        if (set)
            flags.Add(option.Name);
        else
            flags.Remove(option.Name);
    }

    private void KeepOption(CommandLineOption option, string value)
    {
        switch (option.Name)
        {
            case "target":
                targets.Add(value);
                break;
            case "working":
                working = value;
                break;
            default:
                verbosity = ToVerbosity(value);
                break;
        }
    }

    private static Verbosity ToVerbosity(string value)
    {
        TypeConverter converter = new VerbosityConverter();
        try
        {
            return (Verbosity)converter.ConvertFromInvariantString(value)!;
        }
        catch (CakeException)
        {
            throw new CommandLineException($"Failed to convert '{value}' to {nameof(Verbosity)}.");
        }
    }

    // A lone letter option such as -e is an option; -5 and - are not, so they can be values.
    private string? TakeNext()
    {
        if (position + 1 >= args.Count)
            return null;
        var next = args[position + 1];
        if (next.StartsWith("--", StringComparison.Ordinal) || IsShort(next))
            return null;

        position++;
        return next;
    }

    private CommandLineException Fault(string message, int start, int length, string hint) =>
        new(message, args, position, start, length, hint);
}
