using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Experiments.Json;
using Experiments.Settings;

namespace Experiments.Reading;

/// <summary>Represents the distribution of one parameter of a search space, as far as its rules need it.</summary>
internal sealed partial class SearchDistribution
{
    /// <summary>What a distribution must be, to be read after "it must be".</summary>
    public const string Rule =
        "[\"choice\", [[values]]], [\"randint\", [upper]], [\"uniform\" or \"loguniform\", [min, max]], [\"quniform\" or \"qloguniform\", "
        + "[min, max, step]], [\"normal\" or \"lognormal\", [mean, deviation]] or [\"qnormal\" or \"qlognormal\", [mean, deviation, step]]";

    /// <summary>What a text among the choices must be, because it becomes part of a command line.</summary>
    public const string SafeRule = "of letters, digits, '.', '_', '-', '+', '@' and '/' only, because it becomes part of a command line";

    private readonly double[] numbers;

    private SearchDistribution(string name, double[] numbers) => (Name, this.numbers) = (name, numbers);

    public string Name { get; }

    public bool IsChoice => Name == "choice";

    /// <summary>Gets the smallest and the largest value; both infinite for a normal distribution.</summary>
    private (double Low, double High) Range =>
        Name switch
        {
            "randint" => (0, numbers[0] - 1),
            "uniform" => (numbers[0], numbers[1]),
            "loguniform" => (Math.Exp(numbers[0]), Math.Exp(numbers[1])),
            "quniform" => (Rounded(numbers[0]), Rounded(numbers[1])),
            "qloguniform" => (Rounded(Math.Exp(numbers[0])), Rounded(Math.Exp(numbers[1]))),
            "lognormal" or "qlognormal" => (0, double.PositiveInfinity),
            _ => (double.NegativeInfinity, double.PositiveInfinity),
        };

    /// <summary>Gets the values that it can have, as the end of a phrase.</summary>
    public string Reach =>
        Range is var (low, high) && double.IsFinite(high) ? $"from {Shown(low)} to {Shown(high)}" : "without an upper limit";

    private bool IsWhole => Name == "randint" || (Name[0] == 'q' && double.IsInteger(numbers[2]));

    /// <summary>Reads the name and the arguments; null when they are no distribution.</summary>
    public static SearchDistribution? Create(string name, LocatedValue arguments)
    {
        if (name == "choice")
        {
            return
                arguments.Items is [{ Kind: JsonValueKind.Array, Items: { Count: > 0 } values }]
                && values.TrueForAll(value => value.Kind is not (JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null))
                ? new(name, [])
                : null;
        }

        var given = arguments
            .Items.Select(item =>
                item.Kind == JsonValueKind.Number
                && double.TryParse(item.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : double.NaN
            )
            .ToArray();
        var isValid = name switch
        {
            "randint" => given is [>= 1] && double.IsInteger(given[0]),
            "uniform" or "loguniform" => given is [var low, var high] && low <= high,
            "quniform" or "qloguniform" => given is [var low, var high, > 0] && low <= high,
            "normal" or "lognormal" => given is [_, >= 0],
            "qnormal" or "qlognormal" => given is [_, >= 0, > 0],
            _ => false,
        };
        return isValid && Array.TrueForAll(given, double.IsFinite) ? new(name, given) : null;
    }

    /// <summary>Returns whether a text can be part of a command line as it is.</summary>
    public static bool IsSafe(string text) => Safe().IsMatch(text);

    /// <summary>Returns what the values of a key must be, to be read after "it must be", when some values are not; else null.</summary>
    public string? RangeFault(SettingDefinition definition)
    {
        if (definition.Kind is not (SettingKind.Integer or SettingKind.Number) || definition.IntegerChoices.Count > 0)
            return $"a choice, because the key takes {definition.Rule}";
        if (definition.Kind == SettingKind.Integer && !IsWhole)
            return "a choice, a randint, or a quniform or qloguniform with a whole step, because the key takes whole numbers";
        var (low, high) = Range;
        var fits = high <= definition.Maximum && (definition.ExclusiveMinimum ? low > definition.Minimum : low >= definition.Minimum);
        return fits ? null : $"a distribution whose values are each {definition.Rule}";
    }

    private double Rounded(double value) => Math.Round(value / numbers[2]) * numbers[2];

    private static string Shown(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[A-Za-z0-9._+@/-]+\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Safe();
}
