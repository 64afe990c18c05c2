using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Sampling;

/// <summary>
/// Represents the distribution of one parameter. It maps a number from 0 to 1 to a value, so that any sequence can drive it.
/// </summary>
internal sealed class Distribution
{
    private static readonly Dictionary<string, int> ArgumentCounts = new(StringComparer.Ordinal)
    {
        ["randint"] = 1,
        ["uniform"] = 2,
        ["loguniform"] = 2,
        ["quniform"] = 3,
        ["qloguniform"] = 3,
        ["normal"] = 2,
        ["lognormal"] = 2,
        ["qnormal"] = 3,
        ["qlognormal"] = 3,
    };

    private static readonly double[] Extremes = [0, 0.5, Math.BitDecrement(1)];

    private readonly IReadOnlyList<JsonValue> choices;
    private readonly double[] numbers;

    private Distribution(string kind, IReadOnlyList<JsonValue> choices, double[] numbers) =>
        (Kind, this.choices, this.numbers) = (kind, choices, numbers);

    /// <summary>Gets the name of the distribution, as <c>uniform</c>.</summary>
    public string Kind { get; }
    public bool IsChoice => choices.Count > 0;

    /// <summary>Gets the values of a choice; empty for other distributions.</summary>
    public IReadOnlyList<JsonValue> Choices => choices;

    /// <summary>Gets the text of a value that is the hardest to pass to a command: the longest, or one that no process takes.</summary>
    public string HardestText =>
        choices.Select(TextOf).MaxBy(text => text.Contains('\0', StringComparison.Ordinal) ? int.MaxValue : text.Length) ?? "0";

    /// <summary>Gets the number of features by which <see cref="Features"/> describes a value.</summary>
    public int FeatureCount => IsChoice && !IsOrdered ? choices.Count : 1;

    private bool IsOrdered => choices.All(choice => choice.GetValueKind() == JsonValueKind.Number);

    /// <summary>Reads <c>[type, arguments]</c>.</summary>
    /// <returns>Either the distribution or what is wrong with it, as the end of a sentence about the parameter.</returns>
    public static (Distribution? Distribution, string? Fault) Read(JsonNode? json)
    {
        if (json is not JsonArray { Count: 2 } pair || pair[0] is not JsonValue name || pair[1] is not JsonArray arguments)
            return (null, "it must be an array of a distribution's name and its arguments.");
        var kind = name.GetValueKind() == JsonValueKind.String ? name.GetValue<string>() : "";
        if (kind == "choice")
            return ReadChoice(arguments);
        if (!ArgumentCounts.TryGetValue(kind, out var count))
            return (null, $"its distribution must be choice, {string.Join(", ", ArgumentCounts.Keys.SkipLast(1))} or qlognormal.");
        if (arguments.Count != count || !arguments.All(IsFinite))
            return (null, $"{kind} must have {count} finite numbers.");
        var given = arguments.Select(argument => Number((JsonValue)argument!)).ToArray();
        var wrong = kind switch
        {
            "randint" when given[0] < 1 => "randint must have an upper limit of at least 1.",
            "uniform" or "loguniform" or "quniform" or "qloguniform" when given[0] > given[1] =>
                $"{kind} must have a minimum of at most its maximum.",
            "normal" or "lognormal" or "qnormal" or "qlognormal" when given[1] < 0 =>
                $"{kind} must have a standard deviation of at least 0.",
            _ when count == 3 && given[2] <= 0 => $"{kind} must have a step above 0.",
            _ => null,
        };
        if (wrong is not null)
            return (null, wrong);
        var made = new Distribution(kind, [], given);
        return Extremes.All(unit => double.IsFinite(made.NumberAt(unit)))
            ? (made, null)
            : (null, $"{kind} must have no value beyond the largest number, about 1.8e308.");
    }

    /// <summary>Returns the value at a point of the distribution.</summary>
    /// <param name="unit">From 0 to below 1.</param>
    public JsonValue At(double unit)
    {
        if (IsChoice)
            return (JsonValue)choices[Math.Min((int)(unit * choices.Count), choices.Count - 1)].DeepClone();
        return JsonValue.Create(NumberAt(unit));
    }

    private double NumberAt(double unit)
    {
        var value = Kind switch
        {
            "randint" => Math.Min(Math.Floor(unit * Math.Floor(numbers[0])), Math.Floor(numbers[0]) - 1),
            "uniform" or "quniform" => Linear(unit),
            "loguniform" or "qloguniform" => Math.Exp(Linear(unit)),
            "normal" or "qnormal" => numbers[0] + (numbers[1] * NormalQuantile.At(unit)),
            _ => Math.Exp(numbers[0] + (numbers[1] * NormalQuantile.At(unit))),
        };
        return Kind[0] == 'q' ? Math.Round(value / numbers[2]) * numbers[2] : value;
    }

    /// <summary>Returns the point of a choice or of a uniform distribution that has a value, from 0 to 1.</summary>
    public double UnitOf(JsonNode? value)
    {
        if (IsChoice)
            return (IndexOf(value) + 0.5) / choices.Count;
        var width = numbers[1] - numbers[0];
        return value is JsonValue number && number.GetValueKind() == JsonValueKind.Number && width > 0
            ? Math.Clamp((Number(number) - numbers[0]) / width, 0, 1)
            : 0.5;
    }

    /// <summary>
    /// Returns numbers from 0 to 1 that describe a value of a choice or of a uniform distribution: near values have near numbers, and texts
    /// are all equally far from each other.
    /// </summary>
    public IEnumerable<double> Features(JsonNode? value)
    {
        if (!IsChoice)
            return [UnitOf(value)];
        var index = IndexOf(value);
        return IsOrdered ? [RankOf(index)] : choices.Select((_, other) => other == index ? 1.0 : 0.0);
    }

    /// <summary>Returns a value as the text that a command gets.</summary>
    public static string TextOf(JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.True => "True", // As Python writes it.
            JsonValueKind.False => "False",
            _ => value.ToJsonString(),
        };

    private static (Distribution? Distribution, string? Fault) ReadChoice(JsonArray arguments)
    {
        if (arguments is not [JsonArray { Count: > 0 } values])
            return (null, "choice must have one array of at least one value.");
        if (values.Any(value => value is JsonObject))
            return (null, "choice has an object; distributions within a choice are not emulated.");
        if (values.Any(value => value is not JsonValue || (value.GetValueKind() == JsonValueKind.Number && !IsFinite(value))))
            return (null, "choice must have texts, finite numbers, true or false.");
        return (new("choice", [.. values.Select(value => (JsonValue)value!.DeepClone())], []), null);
    }

    private double Linear(double unit) => numbers[0] + (unit * (numbers[1] - numbers[0]));

    private double RankOf(int index)
    {
        var value = Number(choices[index]);
        var below = choices.Select(Number).Distinct().Count(other => other < value);
        var distinct = choices.Select(Number).Distinct().Count();
        return distinct == 1 ? 0.5 : below / (double)(distinct - 1);
    }

    private int IndexOf(JsonNode? value)
    {
        for (var index = 0; index < choices.Count; index++)
        {
            if (JsonNode.DeepEquals(choices[index], value))
                return index;
        }

        return 0;
    }

    private static bool IsFinite(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && double.IsFinite(Number(value));

    private static double Number(JsonValue value) =>
        double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
}
