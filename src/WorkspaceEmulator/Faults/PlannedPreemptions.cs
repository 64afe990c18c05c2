using System.Globalization;

namespace WorkspaceEmulator.Faults;

/// <summary>
/// Reads after which steps a job itself asks to lose its node. Its request says so and no script does, so that the loss belongs to this job
/// alone, exists exactly when the job does, and outlives the emulator.
/// </summary>
internal static class PlannedPreemptions
{
    /// <summary>The property of a command job, or of a sweep for each of its trials: <c>40,80</c>.</summary>
    public const string Property = "emulator.preemptAtSteps";

    /// <summary>The time between TERM and KILL: what Azure gives a low-priority node between its notice and its end.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>Returns the steps, lowest first, each with one loss; null when the property is wrong.</summary>
    public static IReadOnlyList<long>? Read(IReadOnlyDictionary<string, string> properties)
    {
        if (!properties.TryGetValue(Property, out var text))
            return [];
        var steps = new List<long>();
        foreach (var part in text.Split(','))
        {
            if (!long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var step) || step < 1)
                return null;
            steps.Add(step);
        }

        steps.Sort();
        return steps;
    }

    /// <summary>Returns what is wrong with the property; null when nothing is.</summary>
    public static string? Fault(IReadOnlyDictionary<string, string> properties) =>
        Read(properties) is null
            ? $"properties.properties['{Property}'] is '{properties[Property]}'; it must be steps from 1 on, separated by commas, "
                + "such as 40,80."
            : null;
}
