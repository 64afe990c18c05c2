using System.Text.Json.Nodes;
using Experiments.Planning;
using Experiments.Plans;
using Workspaces.Submissions;

namespace Build.Sessions.Replays;

/// <summary>Compares a job with the plan that its exp_config makes now, field by field.</summary>
internal static class Differences
{
    // The passport's paths, by the names that a person knows. What follows from others is not compared: name and hash of the plan.
    private static readonly (string Path, string Field)[] OfPassport =
    [
        ("image.digest", "image"),
        ("codeHash", "code"),
        ("datasetHash", "data.hash"),
        ("trainCsv", "data.trainCsv"),
        ("testCsv", "data.testCsv"),
        ("seed", "seed"),
        ("versions.modelTraining", "versions.modelTraining"),
    ];

    // The passport names them.
    private static readonly HashSet<string> NotOfConfig = new(
        ["DOCKER_IMAGE", "$schema", "TRAIN_CSV", "TEST_CSV", "RUN_PARAMS.SEED"],
        StringComparer.Ordinal
    );

    /// <summary>Returns the fields of the passport and the exp_config that differ.</summary>
    public static IReadOnlyList<Difference> Find(SentJob sent, ExperimentPlan plan)
    {
        var (then, now) = (PlanComparison.ValuesIn(sent.Passport), PlanComparison.Values(plan.Passport));
        return
        [
            .. OfPassport
                .Select(item => new Difference(item.Field, Plain(then, item.Path), Plain(now, item.Path)))
                .Where(field => field.Then != field.Now),
            .. Compare("config.", PlanComparison.ValuesIn(sent.Config), PlanComparison.ValuesIn(plan.Job.Config), key =>
                !NotOfConfig.Contains(key)
            ),
        ];
    }

    /// <summary>Returns the members of the request that differ, besides passport and exp_config.</summary>
    /// <param name="sent">The job.</param>
    /// <param name="now">What would be submitted now.</param>
    public static IReadOnlyList<Difference> FindInRequest(SentJob sent, SentJob now) =>
        [
            .. Compare("request.", sent.Request, now.Request, _ => true),
            .. Compare("request.variables.", sent.Variables, now.Variables, _ => true),
        ];

    private static IEnumerable<Difference> Compare(
        string prefix,
        IReadOnlyDictionary<string, string> then,
        IReadOnlyDictionary<string, string> now,
        Func<string, bool> isCompared
    ) =>
        then
            .Keys.Union(now.Keys, StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Where(key => isCompared(key) && then.GetValueOrDefault(key) != now.GetValueOrDefault(key))
            .Select(key => new Difference($"{prefix}{key}", then.GetValueOrDefault(key), now.GetValueOrDefault(key)));

    // A text without its quotes.
    private static string? Plain(IReadOnlyDictionary<string, string> values, string path) =>
        values.TryGetValue(path, out var json) ? JsonNode.Parse(json)?.ToString() : null;
}
