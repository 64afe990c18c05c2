using CodeHosts.Annotations;
using Experiments.Json;
using Experiments.Planning;

namespace Build.Log;

/// <summary>Reports faults in the forms that a platform shows: beside the changed lines, and as a SARIF file.</summary>
internal static class FaultReport
{
    /// <summary>Writes annotations; does nothing outside a pipeline.</summary>
    public static void Annotate(this BuildContext context, IEnumerable<CodeFault> faults)
    {
        foreach (var line in FaultAnnotations.Lines(context.Environment.GetEnvironmentVariable, context.Root, faults))
            context.Command(line);
    }

    /// <summary>Converts the faults of a configuration.</summary>
    public static IReadOnlyList<CodeFault> Of(BuildContext context, string rule, ConfigException exception) =>
        [.. exception.Faults.Select(fault => CodeFault.Of(rule, fault, context.Root))];

    /// <summary>Writes a SARIF file, whose folder is created when it is missing.</summary>
    public static void WriteSarif(string path, IReadOnlyList<CodeFault> faults)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, SarifLog.Write(typeof(Planner).Assembly.GetName().Version!.ToString(fieldCount: 3), faults));
    }
}
