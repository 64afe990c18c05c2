using System.Globalization;

namespace Experiments.Settings;

/// <summary>
/// A default that follows from other keys. It is a whole number, a key path, or <c>min(a, b)</c> of two of them. The trainer evaluates
/// the same text, which the schema carries.
/// </summary>
internal sealed class DependentDefault
{
    private const string Min = "min(";

    private readonly string[] operands;

    private DependentDefault(string expression, string[] operands)
    {
        Expression = expression;
        this.operands = operands;
    }

    /// <summary>The expression as it was declared.</summary>
    public string Expression { get; }

    /// <summary>The expression in words.</summary>
    public string Text => operands.Length == 1 ? operands[0] : $"the smaller of {operands[0]} and {operands[1]}";

    /// <summary>Paths of the keys that the default follows from.</summary>
    public IEnumerable<string> Keys => operands.Where(operand => !char.IsAsciiDigit(operand[0]));

    public static DependentDefault Parse(string expression) =>
        new(expression, expression.StartsWith(Min, StringComparison.Ordinal) ? expression[Min.Length..^1].Split(", ") : [expression]);

    /// <summary>Returns the value.</summary>
    /// <param name="valueOf">Returns the value of a key by its path.</param>
    public int Evaluate(Func<string, int> valueOf) =>
        operands.Min(operand => int.TryParse(operand, CultureInfo.InvariantCulture, out var number) ? number : valueOf(operand));
}
