namespace Build.CommandLine;

/// <summary>One argument of the command line, declared once and attached to targets by an <see cref="ArgumentGroup"/>.</summary>
/// <param name="name">Kebab-case name, without the dashes.</param>
/// <param name="form">The form of the value in capitals, such as FILE; empty for a switch.</param>
/// <param name="help">Description of the argument, with its default.</param>
public abstract class Argument(string name, string form, string help)
{
    public string Name { get; } = name;

    public string Form { get; } = form;

    public string Help { get; } = help;

    /// <summary>Whether the plan follows from the argument, so that <c>--plan</c> replaces it.</summary>
    public bool DecidesPlan { get; init; }

    /// <summary>The target that must be named on the command line with the argument; null when any target may be.</summary>
    public string? OnlyFor { get; init; }

    /// <summary>Checks the given values, without I/O.</summary>
    /// <param name="values">The values in the order given; null for one that is missing.</param>
    /// <returns>The faults, each as a sentence that names the argument.</returns>
    public abstract IEnumerable<string> FindFaults(IReadOnlyList<string?> values);

    /// <summary>Returns the argument as it is typed, such as <c>--exp-config=FILE</c>.</summary>
    public override string ToString() => Form.Length == 0 ? $"--{Name}" : $"--{Name}={Form}";
}
