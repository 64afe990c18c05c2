namespace Experiments.Json;

/// <summary>A configuration that cannot be run. Carries every fault found, not only the first.</summary>
/// <param name="source">The configuration, as the user named it.</param>
/// <param name="faults">At least one fault.</param>
public sealed class ConfigException(string source, IReadOnlyList<ConfigFault> faults)
    : Exception($"{source} cannot be run:\n  {string.Join("\n  ", InOrder(faults))}")
{
    /// <summary>The faults by line and column, the files in the order in which they were read, overrides last.</summary>
    public IReadOnlyList<ConfigFault> Faults { get; } = InOrder(faults);

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
