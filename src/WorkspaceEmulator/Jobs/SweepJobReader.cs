using System.Text.Json.Nodes;
using WorkspaceEmulator.Sampling;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Jobs;

/// <summary>Reads and validates the <c>properties</c> of a sweep job. It reports the first fault, as Azure does.</summary>
internal sealed class SweepJobReader
{
    private const string SpaceKind = "search_space";
    private const string Maximize = "Maximize";
    private static readonly string[] TrialMembers =
    [
        "command",
        "environmentId",
        "codeId",
        "distribution",
        "environmentVariables",
        "resources",
    ];
    private readonly JsonObject properties;
    private string? fault;

    private SweepJobReader(JsonObject properties) => this.properties = properties;

    /// <summary>Reads a job that is about to be stored.</summary>
    /// <param name="properties">The <c>properties</c> of its PUT.</param>
    /// <param name="references">The workspace that must have what the trials refer to.</param>
    /// <returns>Either the job or the first thing wrong with it.</returns>
    public static (SweepJob? Job, string? Fault) Read(JsonObject properties, IJobReferences references)
    {
        var reader = new SweepJobReader(properties);
        var job = reader.Read(trial => CommandJobReader.Read(trial, references));
        return reader.fault is null ? (job, null) : (null, reader.fault);
    }

    /// <summary>Reads a job that was stored. What it refers to may have been deleted since.</summary>
    /// <exception cref="FormatException">It is not a job that <see cref="Read(JsonObject, IJobReferences)"/> accepts.</exception>
    public static SweepJob ReadStored(JsonObject definition)
    {
        var reader = new SweepJobReader(definition);
        var job = reader.Read(trial => (CommandJobReader.ReadStored(trial), null));
        return reader.fault is null ? job! : throw new FormatException(reader.fault);
    }

    /// <summary>Returns the <c>properties</c> of the command job of one trial.</summary>
    /// <param name="definition">The <c>properties</c> of the sweep.</param>
    /// <param name="values">The value of each parameter, as text.</param>
    public static JsonObject TrialOf(JsonObject definition, IReadOnlyDictionary<string, string> values)
    {
        var trial = new JsonObject { ["jobType"] = CommandJob.Type };
        foreach (var member in TrialMembers)
            trial[member] = definition.Object("trial")?[member]?.DeepClone();
        foreach (var member in new[] { "computeId", "inputs", "outputs", "identity" })
            trial[member] = definition[member]?.DeepClone();
        if (definition.Object("limits").Text("trialTimeout") is { } timeout)
            trial["limits"] = new JsonObject { ["jobLimitsType"] = CommandJob.Type, ["timeout"] = timeout };
        if (definition.Object("trial").Text("command") is { } command)
            trial["command"] = Fill(command, values);
        var variables = trial.Object("environmentVariables") ?? [];
        foreach (var (name, value) in values)
            variables[$"AZUREML_SWEEP_{name}"] = value;
        if (values.Count > 0)
            trial["environmentVariables"] = variables.DeepClone();
        return trial.WithoutNulls();
    }

    private static string Fill(string command, IReadOnlyDictionary<string, string> values) =>
        CommandJob
            .Expression()
            .Replace(command, match =>
                match.Groups["kind"].Value == SpaceKind && values.TryGetValue(match.Groups["name"].Value, out var value)
                    ? value
                    : match.Value
            );

    private SweepJob? Read(Func<JsonObject, (CommandJob? Job, string? Fault)> readTrial)
    {
        var space = ReadSpace();
        var sampling = ReadSampling(space);
        var objective = properties.Object("objective");
        var metric = ReadMetric(objective);
        var goal = ReadGoal(objective);
        var trial = ReadTrial(space, readTrial);
        var (total, concurrent) = ReadLimits(space, sampling);
        var timeout = ReadTimeout("timeout");
        ReadTimeout("trialTimeout");
        var policy = ReadPolicy();
        return fault is not null || trial is null || space is null || sampling is null
            ? null
            : new(trial.ComputeName, trial.InstanceCount, space, sampling, metric, goal == Maximize, total, concurrent, timeout, policy);
    }

    // MLClient sends lower case. The service's own writing is stored, which its other clients expect in responses.
    private string? ReadGoal(JsonObject? objective)
    {
        var given = objective.Text("goal");
        string[] goals = [Maximize, "Minimize"];
        var goal = goals.FirstOrDefault(goal => string.Equals(goal, given, StringComparison.OrdinalIgnoreCase));
        if (goal is null)
            Add($"properties.objective.goal is '{given}'; it must be Maximize or Minimize.");
        else if (goal != given)
            objective!["goal"] = goal;
        return goal;
    }

    private SearchSpace? ReadSpace()
    {
        if (properties.Object("searchSpace") is not { Count: > 0 } json)
        {
            Add("properties.searchSpace is missing; it must hold each parameter with its distribution.");
            return null;
        }

        var (space, wrong) = SearchSpace.Read(json);
        if (wrong is not null)
            Add($"properties.searchSpace.{wrong}");
        return space;
    }

    private SamplingSettings? ReadSampling(SearchSpace? space)
    {
        var json = properties.Object("samplingAlgorithm");
        var (sampling, wrong) = SamplingSettings.Read(json);
        if (wrong is not null)
            Add($"properties.samplingAlgorithm.{wrong}");
        if (space is not null && sampling?.Refusal(space) is { } refusal)
            Add($"properties.searchSpace.{refusal}");
        return sampling;
    }

    private string ReadMetric(JsonObject? objective)
    {
        if (objective.Text("primaryMetric") is { } metric && ResourceNames.Required().IsMatch(metric))
            return metric;
        Add("properties.objective.primaryMetric is missing; it must name the metric by which trials are compared.");
        return "";
    }

    private CommandJob? ReadTrial(SearchSpace? space, Func<JsonObject, (CommandJob? Job, string? Fault)> read)
    {
        if (properties.Object("trial") is null)
        {
            Add("properties.trial is missing; it must say what a trial runs.");
            return null;
        }

        var values = (space?.Parameters ?? []).ToDictionary(
            parameter => parameter.Name,
            parameter => parameter.Distribution.HardestText,
            StringComparer.Ordinal
        );
        foreach (var name in values.Keys.Where(name => !ResourceNames.Variable().IsMatch(name)))
            Add($"properties.searchSpace has '{name}'; a name must match {ResourceNames.Shown(ResourceNames.Variable())}.");
        var (job, wrong) = read(TrialOf(properties, values));
        if (wrong is not null)
            Add(InSweep(wrong));
        return job;
    }

    // A trial's members are at another place in a sweep.
    private static string InSweep(string text)
    {
        foreach (var member in TrialMembers)
            text = text.Replace($"properties.{member}", $"properties.trial.{member}", StringComparison.Ordinal);
        return text.Replace("properties.limits.timeout", "properties.limits.trialTimeout", StringComparison.Ordinal);
    }

    private (int? Total, int? Concurrent) ReadLimits(SearchSpace? space, SamplingSettings? sampling)
    {
        var limits = properties.Object("limits");
        var total = Limit(limits, "maxTotalTrials");
        var concurrent = Limit(limits, "maxConcurrentTrials");
        if (total is null && sampling is { Kind: not SamplingKind.Grid } && space is not null)
            Add($"properties.limits.maxTotalTrials is missing; {sampling.Kind} sampling has no end without it.");
        if (total < concurrent)
            Add($"properties.limits.maxConcurrentTrials is {concurrent}; it must be at most maxTotalTrials, which is {total}.");
        return (total, concurrent);
    }

    private int? Limit(JsonObject? limits, string member)
    {
        if (limits?[member] is null)
            return null;
        var number = limits.Integer(member);
        if (number is null or < 1 or > SweepJob.TrialLimit)
            Add($"properties.limits.{member} is {limits[member]!.ToJsonString()}; it must be from 1 to {SweepJob.TrialLimit}.");
        return (int)Math.Clamp(number ?? 1, 1, SweepJob.TrialLimit);
    }

    private TimeSpan? ReadTimeout(string member)
    {
        if (properties.Object("limits").Text(member) is not { } text)
            return null;
        var (timeout, wrong) = Durations.Read(text, $"properties.limits.{member}");
        if (wrong is not null)
            Add(wrong);
        if (timeout == TimeSpan.Zero)
            Add($"properties.limits.{member} is '{text}'; it must be longer than zero.");
        return timeout;
    }

    private EarlyTermination? ReadPolicy()
    {
        if (properties.Object("earlyTermination") is not { } json)
            return null;
        var (policy, wrong) = EarlyTermination.Read(json);
        if (wrong is not null)
            Add($"properties.earlyTermination.{wrong}");
        return policy;
    }

    private void Add(string text) => fault ??= text;
}
