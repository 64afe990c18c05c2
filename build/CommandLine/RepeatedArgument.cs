using System.Text.RegularExpressions;
using Cake.Core;

namespace Build.CommandLine;

/// <summary>An argument that may be given several times; every value counts, in the order given.</summary>
/// <param name="name">Kebab-case name, without the dashes.</param>
/// <param name="form">The form of a value in capitals.</param>
/// <param name="help">Description of the argument.</param>
/// <param name="check">Checks one value; an exception of type <see cref="FormatException"/> carries the rule.</param>
public sealed class RepeatedArgument(string name, string form, string help, Action<string> check) : Argument(name, form, help)
{
    /// <summary>What separates the values of one text, as a variable of a pipeline holds them; null where a text is one value.</summary>
    public Regex? Separator { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> FindFaults(IReadOnlyList<string?> values) =>
        values.SelectMany(Split).Select(FindFault).OfType<string>();

    /// <summary>Returns the given values.</summary>
    /// <exception cref="CakeException">A value is missing or breaks the rule.</exception>
    internal IReadOnlyList<string> Read(IReadOnlyList<string?> values) =>
        FindFaults(values).FirstOrDefault() is { } fault ? throw new CakeException(fault) : [.. values.SelectMany(Split).OfType<string>()];

    private IEnumerable<string?> Split(string? text) =>
        Separator is null || string.IsNullOrWhiteSpace(text) ? [text] : [.. Separator.Split(text.Trim())];

    private string? FindFault(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
            return ArgumentFaults.Missing(this);
        try
        {
            check(value);
            return null;
        }
        catch (FormatException exception)
        {
            return ArgumentFaults.Wrong(this, value, exception.Message);
        }
    }
}
