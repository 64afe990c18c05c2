using System.Text.Json.Nodes;
using Experiments.Json;
using Experiments.Plans;
using Experiments.Records;

namespace Experiments.Planning;

/// <summary>Compares two plans.</summary>
public static class PlanComparison
{
    /// <summary>Length up to which a value is shown whole.</summary>
    private const int LongestValue = 80;

    /// <summary>Returns the differences between the plans, as <c>job.config.RUN_PARAMS.STEPS: 400 → 500</c>.</summary>
    /// <remarks>
    /// It does not compare the calls (see <see cref="CompareCalls"/>), the reason for the runtime, or changes that are not committed: those
    /// that decide the result are in its hashes.
    /// </remarks>
    public static IReadOnlyList<string> Compare(ExperimentPlan before, ExperimentPlan now)
    {
        var (old, current) = (Values(Inputs(before)), Values(Inputs(now)));
        return
        [
            .. old
                .Keys.Union(current.Keys, StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Where(path => old.GetValueOrDefault(path) != current.GetValueOrDefault(path))
                .Select(path => $"{path}: {Shown(old.GetValueOrDefault(path))} → {Shown(current.GetValueOrDefault(path))}"),
        ];
    }

    /// <summary>Returns the resources that need another call now than was planned.</summary>
    public static IReadOnlyList<string> CompareCalls(IReadOnlyList<PlannedCall> before, IReadOnlyList<PlannedCall> now)
    {
        var old = before.ToDictionary(call => call.Resource, StringComparer.Ordinal);
        var current = now.ToDictionary(call => call.Resource, StringComparer.Ordinal);
        return
        [
            .. before
                .Concat(now)
                .Select(call => call.Resource)
                .Distinct(StringComparer.Ordinal)
                .Where(resource => Text(old.GetValueOrDefault(resource)) != Text(current.GetValueOrDefault(resource)))
                .Select(resource =>
                    $"{resource}: planned {Text(old.GetValueOrDefault(resource))}, now {Text(current.GetValueOrDefault(resource))}"
                ),
        ];
    }

    /// <summary>Returns every value of a plan, or of a part of one, by its path, as in <c>scale.maxNodes</c>.</summary>
    public static IReadOnlyDictionary<string, string> Values<T>(T record) => Values(NodeOf(record));

    /// <summary>Returns every value of a JSON object by its path.</summary>
    public static IReadOnlyDictionary<string, string> ValuesIn(JsonNode? node) =>
        node is null ? new Dictionary<string, string>(StringComparer.Ordinal) : Values(node);

    /// <summary>Shortens a long value for display.</summary>
    public static string Shown(string? value) =>
        value switch
        {
            null => "absent",
            { Length: > LongestValue } => $"{value[..LongestValue]}…",
            _ => value,
        };

    private static JsonNode Inputs(ExperimentPlan plan)
    {
        var node = NodeOf(plan with { Calls = null, Origin = null, UncommittedChanges = null });
        node["runtime"]!.AsObject().Remove("reason");
        return node;
    }

    private static JsonNode NodeOf<T>(T record) => JsonNode.Parse(RecordJson.Write(record, PlanJson.Default, RecordJson.Compact))!;

    private static Dictionary<string, string> Values(JsonNode node)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(node, "", values);
        return values;
    }

    private static void Add(JsonNode? node, string path, Dictionary<string, string> values)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (key, value) in members)
                    Add(value, path.Length == 0 ? key : $"{path}.{key}", values);
                break;
            case null:
                break;
            default:
                values[path] = node.ToJsonString(RecordJson.Compact);
                break;
        }
    }

    private static string Text(PlannedCall? call) =>
        call switch
        {
            null => "nothing",
            { Action: CallAction.Create } => "create",
            { Action: CallAction.NoOp } => "no-op",
            _ => $"update ({string.Join("; ", call.Fields)})",
        };
}
