namespace Experiments.Json;

/// <summary>A configuration that cannot be run. Carries every fault found, not only the first.</summary>
public sealed class ConfigException : Exception
{
    /// <param name="source">What cannot be run, as the user named it.</param>
    /// <param name="faults">At least one fault.</param>
    public ConfigException(string source, IReadOnlyList<ConfigFault> faults)
        : this(source, InOrder(faults), _: default) { }

    private ConfigException(string source, ConfigFault[] faults, ValueTuple _)
        : base($"{source} cannot be run:\n  {string.Join("\n  ", faults)}")
    {
        Faults = faults;
    }

    /// <summary>Each file's faults by line and column, files in the order they were read, overrides last.</summary>
    public IReadOnlyList<ConfigFault> Faults { get; }

    private static ConfigFault[] InOrder(IReadOnlyList<ConfigFault> faults)
    {
        var sources = faults.Select(fault => fault.Where.Source).Distinct(StringComparer.Ordinal).ToList();
        return
        [
            .. faults
                .OrderBy(fault => fault.Where.Source.StartsWith(ConfigLocation.OverrideOption, StringComparison.Ordinal))
                .ThenBy(fault => sources.IndexOf(fault.Where.Source))
                .ThenBy(fault => fault.Where.Line)
                .ThenBy(fault => fault.Where.Column),
        ];
    }
}
