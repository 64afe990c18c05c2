using System.Text;
using System.Text.Json;
using Experiments.Json;
using Experiments.Model;

namespace Experiments.Reading;

/// <summary>Reads an exp_config: a JSON file, the overrides of the command line, and the defaults of what neither gives.</summary>
public static class ExperimentReader
{
    internal const string What = "an exp_config";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, as the user named it; repeated in faults.</param>
    /// <param name="overrides"><c>KEY.PATH=VALUE</c>, with or without <c>--set=</c> before it; the last one of a key wins.</param>
    /// <exception cref="ConfigException">The file or an override is faulty; carries every fault.</exception>
    public static Experiment Read(string path, IReadOnlyList<string>? overrides = null)
    {
        var faults = new List<ConfigFault>();
        var (experiment, _) = Read(path, path, overrides ?? [], faults);
        return faults.Count == 0 ? experiment! : throw new ConfigException(path, faults);
    }

    /// <summary>As <see cref="Read(string, IReadOnlyList{string}?)"/>, from text.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="path">What to call the file in faults.</param>
    /// <param name="overrides">As in <see cref="Read(string, IReadOnlyList{string}?)"/>.</param>
    /// <exception cref="ConfigException">The text or an override is faulty; carries every fault.</exception>
    public static Experiment Parse(string text, string path, IReadOnlyList<string>? overrides = null)
    {
        var faults = new List<ConfigFault>();
        var (experiment, _) = Read(Encoding.UTF8.GetBytes(text), path, overrides ?? [], faults);
        return faults.Count == 0 ? experiment! : throw new ConfigException(path, faults);
    }

    /// <summary>Reads a file and adds its faults to a list.</summary>
    /// <returns>The experiment, of worth only when no fault was added, and the values with their places; nulls when the file is not JSON.</returns>
    internal static (Experiment? Experiment, LocatedValue? Root) Read(
        string path,
        string source,
        IReadOnlyList<string> overrides,
        List<ConfigFault> faults
    ) => ConfigFile.Read(path, source, What, faults) is { } bytes ? Read(bytes, source, overrides, faults) : (null, null);

    private static (Experiment? Experiment, LocatedValue? Root) Read(
        byte[] bytes,
        string source,
        IReadOnlyList<string> overrides,
        List<ConfigFault> faults
    )
    {
        if (LocatedJson.Read(bytes, source, faults) is not { } root)
            return (null, null);

        var validator = new SettingsValidator(What, overridable: true, faults) { JudgeUnknownKey = JudgeOldKey };
        Overrides.Apply(root, root.Kind == JsonValueKind.Object ? overrides : [], validator, faults);
        var before = faults.Count;
        var experiment = validator.Read<Experiment>(root);
        experiment = FillIn(experiment, root);
        if (faults.Count == before)
            Compare(experiment, root, faults);
        return (experiment, root);
    }

    private static ConfigFault? JudgeOldKey(string prefix, LocatedMember member) =>
        (prefix, member.Key) switch
        {
            ("", "DOCKER_IMAGE_NAME") => new(
                member.Location,
                "DOCKER_IMAGE_NAME",
                "a key of older files",
                "DOCKER_IMAGE",
                "Rename it: DOCKER_IMAGE takes registry/repository:tag."
            ),
            ("", "TF_VERSION") => new(
                member.Location,
                "TF_VERSION",
                "a key of older files",
                "removed",
                "The framework version comes with the image that DOCKER_IMAGE names."
            ),
            _ => null,
        };

    /// <summary>Gives the keys whose default follows from others.</summary>
    private static Experiment FillIn(Experiment experiment, LocatedValue root)
    {
        var run = experiment.RunParams;
        if (Given(root, "RUN_PARAMS", "WARMUP_STEPS") is null)
            run = run with { WarmupSteps = Math.Min(100, run.Steps) };
        var sweep = experiment.HypertuneParams;
        if (Given(root, "HYPERTUNE_PARAMS", "MAX_TRIALS") is null)
            sweep = sweep with { MaxTrials = experiment.Nodes };
        if (Given(root, "HYPERTUNE_PARAMS", "MAX_CONCURRENT") is null)
            sweep = sweep with { MaxConcurrent = Math.Min(experiment.Nodes, sweep.MaxTrials) };
        return experiment with { RunParams = run, HypertuneParams = sweep };
    }

    /// <summary>The rules between keys; looked at only when each key by itself is right.</summary>
    private static void Compare(Experiment experiment, LocatedValue root, List<ConfigFault> faults)
    {
        if (experiment.Compute.MinNodes > experiment.Nodes)
            faults.Add(AtMost(root, "COMPUTE", "MIN_NODES", $"at most NODES, which is {experiment.Nodes}"));
        if (experiment.RunParams.WarmupSteps > experiment.RunParams.Steps)
            faults.Add(AtMost(root, "RUN_PARAMS", "WARMUP_STEPS", $"at most RUN_PARAMS.STEPS, which is {experiment.RunParams.Steps}"));
        if (experiment.HypertuneParams.MaxConcurrent > experiment.HypertuneParams.MaxTrials)
            faults.Add(
                AtMost(
                    root,
                    "HYPERTUNE_PARAMS",
                    "MAX_CONCURRENT",
                    $"at most HYPERTUNE_PARAMS.MAX_TRIALS, which is {experiment.HypertuneParams.MaxTrials}"
                )
            );
        if (experiment.TrainCsv == experiment.TestCsv && experiment.TrainCsv != Experiment.LatestCsv)
            faults.Add(new(root.Find("TEST_CSV")!.Value.Location, "TEST_CSV", $"\"{experiment.TestCsv}\"", "another file than TRAIN_CSV"));
        if (Given(root, "HYPERTUNE_PARAMS", "SEARCH_SPACE") is { } space)
            CompareSearchSpace(space, faults);
    }

    private static void CompareSearchSpace(LocatedValue space, List<ConfigFault> faults)
    {
        const string Path = "HYPERTUNE_PARAMS.SEARCH_SPACE";
        var known = ExperimentJson
            .Paths()
            .Where(path =>
                path.StartsWith("RUN_PARAMS.", StringComparison.Ordinal) || path.StartsWith("MODEL_PARAMS.", StringComparison.Ordinal)
            )
            .ToList();
        if (space.Members.Count == 0)
            faults.Add(new(space.Location, Path, "empty", "an object with at least one key path of RUN_PARAMS or MODEL_PARAMS"));
        foreach (var member in space.Members)
        {
            if (!known.Contains(member.Key, StringComparer.Ordinal))
            {
                var hint = NearestName.Find(member.Key, known) is { } near ? $"Did you mean {near}?" : null;
                faults.Add(
                    new(member.Location, $"{Path}.{member.Key}", "an unknown key", "a key path of RUN_PARAMS or MODEL_PARAMS", hint)
                );
            }
            if (member.Value is not { Kind: JsonValueKind.Array, Items: [{ Kind: JsonValueKind.String }, { Kind: JsonValueKind.Array }] })
                faults.Add(
                    new(
                        member.Value.Location,
                        $"{Path}.{member.Key}",
                        member.Value.Shown,
                        """a distribution such as ["uniform", [0.001, 0.1]]"""
                    )
                );
        }
    }

    private static LocatedValue? Given(LocatedValue root, string owner, string key) => root.Find(owner)?.Value.Find(key)?.Value;

    private static ConfigFault AtMost(LocatedValue root, string owner, string key, string required)
    {
        var value = Given(root, owner, key)!;
        return new(value.Location, $"{owner}.{key}", value.Shown, required);
    }
}
