using System.Globalization;
using System.Text.Json;
using Experiments.Json;
using Experiments.Model;
using Experiments.Settings;

namespace Experiments.Reading;

/// <summary>
/// Validates what only a sweep needs: enough trials, a policy that has something to decide on, and a space of valid values.
/// </summary>
/// <param name="experiment">The experiment, whose HYPERTUNE is true and whose keys are valid by themselves.</param>
/// <param name="root">The values of the file with their places.</param>
/// <param name="faults">Receives the faults.</param>
internal sealed class SweepRules(Experiment experiment, LocatedValue root, List<ConfigFault> faults)
{
    private const string Space = "HYPERTUNE_PARAMS.SEARCH_SPACE";
    private const string EvalEvery = "RUN_PARAMS.EVAL_EVERY";
    private const string DistributedNodes = "RUN_PARAMS.DISTRIBUTED_NODES";
    private const string BaseModel = "MODEL_PARAMS.BASE_MODEL";

    /// <summary>Fewest trials of a sweep: one trial is no comparison.</summary>
    private const int FewestTrials = 2;

    private readonly HypertuneParameters sweep = experiment.HypertuneParams;
    private readonly Dictionary<string, SettingDefinition> keys = SettingDefinition
        .Leaves(SettingDefinition.Of(typeof(Experiment)), "")
        .ToDictionary(leaf => leaf.Path, leaf => leaf.Definition, StringComparer.Ordinal);

    /// <summary>Adds every fault.</summary>
    public void Validate()
    {
        ValidatePolicy();
        ValidateNodes();
        var space = root.FindPath(Space)
            ?? LocatedJson.Read(System.Text.Encoding.UTF8.GetBytes(sweep.SearchSpace.GetRawText()), "", faults, At("HYPERTUNE"))!;
        var before = faults.Count;
        foreach (var member in space.Members)
            ValidateParameter(member);
        if (faults.Count == before)
            ValidateCount(space);
    }

    // A grid may have fewer points than trials are permitted.
    private void ValidateCount(LocatedValue space)
    {
        var points = space.Members.Aggregate(1L, (count, member) =>
            Math.Min(count * Math.Max(Arguments(member.Value).Items[0].Items.Count, 1), int.MaxValue)
        );
        var trials = sweep.Sampling == "grid" ? Math.Min(points, sweep.MaxTrials) : sweep.MaxTrials;
        if (trials >= FewestTrials)
            return;
        const string Path = "HYPERTUNE_PARAMS.MAX_TRIALS";
        faults.Add(
            sweep.MaxTrials >= FewestTrials
                ? new(
                    space.Location,
                    Space,
                    $"a grid of {points} point",
                    $"one of at least {FewestTrials} points: one trial is no comparison"
                )
                : new(
                    At(Path),
                    Path,
                    root.FindPath(Path) is { } given ? given.Shown : $"{sweep.MaxTrials}, which is NODES",
                    $"at least {FewestTrials}: one trial is no comparison",
                    $"Edit it, or run with --set={Path}=4."
                )
        );
    }

    // Azure ML starts a trial when all of its nodes are there.
    private void ValidateNodes()
    {
        var nodes = experiment.RunParams.DistributedNodes;
        var most = Math.Max(1, experiment.Nodes / nodes);
        if (sweep.MaxConcurrent <= most || nodes == 1)
            return;
        const string Path = "HYPERTUNE_PARAMS.MAX_CONCURRENT";
        faults.Add(
            new(
                At(Path),
                Path,
                root.FindPath(Path) is { } given ? given.Shown : $"{sweep.MaxConcurrent}, which is NODES",
                $"at most {most}, because each trial takes {nodes} (RUN_PARAMS.DISTRIBUTED_NODES) of {experiment.Nodes} nodes (NODES)",
                $"Edit it, or run with --set={Path}={most}."
            )
        );
    }

    private void ValidatePolicy()
    {
        if (sweep.EarlyTermination == "none" || experiment.RunParams.EvalEvery is > 0 and var every && every < experiment.RunParams.Steps)
            return;
        faults.Add(
            new(
                At(EvalEvery),
                EvalEvery,
                experiment.RunParams.EvalEvery.ToString(CultureInfo.InvariantCulture),
                $"from 1 to below RUN_PARAMS.STEPS, which is {experiment.RunParams.Steps}, because "
                    + $"HYPERTUNE_PARAMS.EARLY_TERMINATION is \"{sweep.EarlyTermination}\": the policy decides by evaluations before "
                    + "the end",
                $"Edit it, or run with --set={EvalEvery}={Math.Max(experiment.RunParams.Steps / 5, 1)}."
            )
        );
    }

    private void ValidateParameter(LocatedMember member)
    {
        var path = $"{Space}.{member.Key}";
        if (member.Key == DistributedNodes)
        {
            faults.Add(
                new(member.Location, path, "a key of the search space", "left out, because every trial of a sweep has the same nodes")
            );
            return;
        }

        var definition = keys[member.Key];
        var (name, arguments) = (member.Value.Items[0].Text, Arguments(member.Value));
        if (SearchDistribution.Create(name, arguments) is not { } distribution)
        {
            faults.Add(new(member.Value.Location, path, $"[\"{name}\", …]", SearchDistribution.Rule));
            return;
        }

        if (Refusal(distribution) is { } refusal)
            faults.Add(new(member.Value.Location, path, $"a {name}", refusal));
        if (definition.OnlyWith == BaseModel)
            ValidateApplication(member, path, definition);
        if (distribution.IsChoice)
            ValidateChoices(path, definition, arguments);
        else if (distribution.RangeFault(definition) is { } required)
            faults.Add(new(member.Value.Location, path, $"a {name} {distribution.Reach}", required));
    }

    private void ValidateChoices(string path, SettingDefinition definition, LocatedValue arguments)
    {
        foreach (var choice in arguments.Items[0].Items)
        {
            if (SettingsValidator.Convert(definition, choice) is null)
                faults.Add(new(choice.Location, path, $"a choice of {choice.Shown}", $"one of values that are each {definition.Rule}"));
            else if (choice.Kind == JsonValueKind.String && !SearchDistribution.IsSafe(choice.Text))
                faults.Add(new(choice.Location, path, $"a choice of {choice.Shown}", SearchDistribution.SafeRule));
        }
    }

    private void ValidateApplication(LocatedMember member, string path, SettingDefinition definition)
    {
        var models = root.FindPath($"{Space}")?.Find(BaseModel)?.Value is { } choice
            ? Arguments(choice).Items.SelectMany(values => values.Items).Select(model => model.Text)
            : [experiment.ModelParams.BaseModel];
        foreach (var model in models.Where(model => !definition.AppliesWith(model)))
            faults.Add(new(member.Location, path, "a parameter", $"left out, because {BaseModel} is \"{model}\"", definition.OnlyWithHint));
    }

    private string? Refusal(SearchDistribution distribution) =>
        sweep.Sampling switch
        {
            "grid" when !distribution.IsChoice => "a choice, because HYPERTUNE_PARAMS.SAMPLING is \"grid\"",
            "bayesian" when !distribution.IsChoice && distribution.Name is not ("uniform" or "quniform") =>
                "a choice, a uniform or a quniform, because HYPERTUNE_PARAMS.SAMPLING is \"bayesian\"",
            _ => null,
        };

    private ConfigLocation At(string path) => root.FindPath(path)?.Location ?? root.FindPath("HYPERTUNE")?.Location ?? root.Location;

    private static LocatedValue Arguments(LocatedValue distribution) => distribution.Items[1];
}
