using System.Text.Json.Nodes;

namespace Studio.Runs;

/// <summary>Holds what is known of a job. Null is unknown.</summary>
/// <param name="Name">Name of the job, unique in its store.</param>
/// <param name="Kind"><c>command</c>, <c>sweep</c> or <c>pipeline</c>.</param>
/// <param name="State">State, spelled as the service spells it.</param>
public sealed record RunFacts(string Name, string Kind, string State)
{
    public string? Experiment { get; init; }
    public string? DisplayName { get; init; }

    /// <summary>Gets the sweep or the pipeline to which the job belongs.</summary>
    public string? Parent { get; init; }
    public DateTimeOffset? Created { get; init; }
    public DateTimeOffset? Started { get; init; }
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Gets the node on which the job runs now.</summary>
    public string? Node { get; init; }
    public string? Compute { get; init; }
    public string? Error { get; init; }
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets what the job logged as parameters, or the values of a trial.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets the exp_config.</summary>
    public JsonObject? Config { get; init; }

    /// <summary>Gets the passport of the run: code, image, dataset.</summary>
    public JsonObject? Passport { get; init; }
    public IReadOnlyList<RunPort> Inputs { get; init; } = [];
    public IReadOnlyList<RunPort> Outputs { get; init; } = [];
}
