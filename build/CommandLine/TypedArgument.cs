using Cake.Core;

namespace Build.CommandLine;

/// <summary>An argument whose last value counts.</summary>
/// <param name="name">Kebab-case name, without the dashes.</param>
/// <param name="form">The form of the value in capitals; empty for a switch.</param>
/// <param name="help">Description of the argument, with its default.</param>
/// <param name="otherwise">The value when the argument is not given.</param>
/// <param name="parse">Converts a text to the value; an exception of type <see cref="FormatException"/> carries the rule.</param>
public sealed class Argument<T>(string name, string form, string help, T otherwise, Func<string, T> parse) : Argument(name, form, help)
{
    /// <summary>The text that an argument without a value stands for; null when a value is required.</summary>
    public string? Alone { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> FindFaults(IReadOnlyList<string?> values) =>
        values.Count > 0 && FindFault(values[^1]) is { } fault ? [fault] : [];

    /// <summary>Converts the given values to the argument's value.</summary>
    /// <exception cref="CakeException">The last value is missing or breaks the rule.</exception>
    internal T Read(IReadOnlyList<string?> values)
    {
        if (values.Count == 0)
            return otherwise;
        return FindFault(values[^1]) is { } fault ? throw new CakeException(fault) : parse((values[^1] ?? Alone)!);
    }

    private string? FindFault(string? value)
    {
        if ((value ?? Alone) is not { Length: > 0 } text)
            return ArgumentFaults.Missing(this);
        try
        {
            parse(text);
            return null;
        }
        catch (FormatException exception)
        {
            return ArgumentFaults.Wrong(this, text, exception.Message);
        }
    }
}
