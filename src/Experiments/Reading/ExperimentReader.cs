using System.Text;
using System.Text.Json;
using Experiments.Json;
using Experiments.Model;
using Experiments.Settings;

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
    /// <param name="path">Name of the file in faults.</param>
    /// <param name="overrides">As in <see cref="Read(string, IReadOnlyList{string}?)"/>.</param>
    /// <exception cref="ConfigException">The text or an override is faulty; carries every fault.</exception>
    public static Experiment Parse(string text, string path, IReadOnlyList<string>? overrides = null) =>
        Parse(Encoding.UTF8.GetBytes(text), path, overrides);

    /// <summary>As <see cref="Read(string, IReadOnlyList{string}?)"/>, from the bytes of a file.</summary>
    internal static Experiment Parse(byte[] bytes, string path, IReadOnlyList<string>? overrides)
    {
        var faults = new List<ConfigFault>();
        var (experiment, _) = Read(bytes, path, overrides ?? [], faults);
        return faults.Count == 0 ? experiment! : throw new ConfigException(path, faults);
    }

    /// <summary>Reads a file and adds its faults to a list.</summary>
    /// <returns>
    /// The experiment, meaningful only when no fault was added, and the values with their places; nulls when the file is not JSON.
    /// </returns>
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

        var validator = new SettingsValidator(What, overridable: true, faults) { FaultOfUnknownKey = FaultOfRetiredKey };
        Overrides.Apply(root, root.Kind == JsonValueKind.Object ? overrides : [], validator, faults);
        var before = faults.Count;
        var experiment = validator.Read<Experiment>(root);
        var relations = new KeyRelations(experiment, root);
        relations.FillIn();
        if (faults.Count == before)
            relations.Validate(faults);
        if (faults.Count == before && experiment.Hypertune)
            new SweepRules(experiment, root, faults).Validate();
        // Of the texts without a pattern, this one reaches the service as it is.
        if (root.Find("DESCRIPTION")?.Value is { Kind: JsonValueKind.String, Text.Length: > Experiment.LongestDescription } description)
        {
            faults.Add(
                new(
                    description.Location,
                    "DESCRIPTION",
                    description.Shown,
                    $"a string of at most {Experiment.LongestDescription} characters, the limit of MLflow for a tag"
                )
            );
        }

        return (experiment, root);
    }

    private static ConfigFault? FaultOfRetiredKey(string prefix, LocatedMember member) =>
        prefix.Length == 0 && SettingDefinition.RetiredKeys(typeof(Experiment)).FirstOrDefault(key => key.Key == member.Key) is { } retired
            ? new(member.Location, member.Key, "a key of older files", retired.Required, retired.Hint)
            : null;
}
