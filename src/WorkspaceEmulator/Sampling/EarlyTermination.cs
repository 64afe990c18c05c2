using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Sampling;

/// <summary>Lists the rules by which trials that fall behind are ended.</summary>
internal enum PolicyKind
{
    Bandit,
    MedianStopping,
    TruncationSelection,
}

/// <summary>
/// Decides which trials are ended early. Each logged value of the metric is an interval. A trial is compared with the others as they were
/// at the same interval, so that an early start is no advantage. It is the last interval at which a decision was due: several values can
/// arrive together.
/// </summary>
/// <param name="Kind">The rule.</param>
/// <param name="Interval">Intervals between two decisions; at least 1.</param>
/// <param name="Delay">Intervals before the first decision.</param>
/// <param name="SlackFactor">Bandit: permitted distance from the best trial, as a ratio.</param>
/// <param name="SlackAmount">Bandit: permitted distance from the best trial.</param>
/// <param name="Percentage">Truncation: share of the trials that are ended, in percent.</param>
internal sealed record EarlyTermination(PolicyKind Kind, int Interval, int Delay, double SlackFactor, double SlackAmount, int Percentage)
{
    /// <summary>Reads <c>earlyTermination</c>.</summary>
    /// <returns>Either the policy or what is wrong, beginning with the member.</returns>
    public static (EarlyTermination? Policy, string? Fault) Read(JsonObject json)
    {
        var type = json.Text("policyType");
        if (type is not (nameof(PolicyKind.Bandit) or nameof(PolicyKind.MedianStopping) or nameof(PolicyKind.TruncationSelection)))
            return (null, $"policyType is '{type}'; it must be Bandit, MedianStopping or TruncationSelection.");
        var kind = Enum.Parse<PolicyKind>(type);
        var interval = json.Integer("evaluationInterval") ?? 0;
        var delay = json.Integer("delayEvaluation") ?? 0;
        var percentage = json.Integer("truncationPercentage") ?? 0;
        var (factor, amount) = (Number(json, "slackFactor"), Number(json, "slackAmount"));
        var wrong =
            interval is < 0 or > int.MaxValue ? $"evaluationInterval is {interval}; it must be at least 0."
            : delay is < 0 or > int.MaxValue ? $"delayEvaluation is {delay}; it must be at least 0."
            : kind == PolicyKind.TruncationSelection && percentage is < 1 or > 99
                ? $"truncationPercentage is {percentage}; it must be from 1 to 99."
            : kind == PolicyKind.Bandit && !(factor > 0) && !(amount > 0) ? "slackFactor is missing; a bandit must have it or slackAmount."
            : kind == PolicyKind.Bandit && factor > 0 && amount > 0 ? "slackAmount is given beside slackFactor; it must be one of them."
            : null;
        return wrong is null ? (new(kind, (int)Math.Max(interval, 1), (int)delay, factor, amount, (int)percentage), null) : (null, wrong);
    }

    /// <summary>Returns why a trial is ended now; null when it may continue.</summary>
    /// <param name="own">What the trial has logged, oldest first, where more is better.</param>
    /// <param name="others">What each other trial has logged, ended ones included.</param>
    /// <param name="isMaximized">Whether the values are those of the metric; otherwise they are its negatives.</param>
    public string? Decide(IReadOnlyList<double> own, IReadOnlyList<IReadOnlyList<double>> others, bool isMaximized)
    {
        var interval = own.Count - (own.Count % Interval);
        if (interval == 0 || interval < Delay)
            return null;
        var best = Best(own, interval);
        var comparable = others.Where(other => other.Count >= interval).ToList();
        if (comparable.Count == 0)
            return null;
        var (limit, what) = Kind switch
        {
            PolicyKind.Bandit => (
                Allowed(Math.Max(best, comparable.Max(other => Best(other, interval)))),
                $"the {(isMaximized ? "least" : "most")} that the bandit policy permits"
            ),
            PolicyKind.MedianStopping => (
                Median(comparable.Select(other => other.Take(interval).Select(Finite).Average())),
                "the median of the other trials' averages"
            ),
            _ => (
                Truncation(best, [.. comparable.Select(other => Best(other, interval)).Append(best).Order()]),
                $"what the better {100 - Percentage} % have"
            ),
        };
        if (best >= limit)
            return null;
        return best == double.MinValue
            ? $"it has no finite value up to interval {interval}, and other trials have"
            : $"its best value at interval {interval} is {Shown(best)}, {(isMaximized ? "below" : "above")} {Shown(limit)}, {what}";

        string Shown(double value) => (isMaximized ? value : -value).ToString("G6", CultureInfo.InvariantCulture);
    }

    private double Allowed(double best) =>
        SlackAmount > 0 ? best - SlackAmount : best - (Math.Abs(best) * (best >= 0 ? SlackFactor / (1 + SlackFactor) : SlackFactor));

    private double Truncation(double own, double[] sorted)
    {
        var ended = sorted.Length * Percentage / 100;
        return ended == 0 ? own : sorted[ended];
    }

    private static double Best(IReadOnlyList<double> values, int interval) => values.Take(interval).Select(Finite).Max();

    // A metric that is no finite number is worse than any.
    private static double Finite(double value) => double.IsFinite(value) ? value : double.MinValue;

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] / 2) + (sorted[sorted.Length / 2] / 2);
    }

    private static double Number(JsonObject json, string member) =>
        json[member] is JsonValue value
        && value.GetValueKind() == JsonValueKind.Number
        && double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
}
