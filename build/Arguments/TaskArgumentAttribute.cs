namespace Build;

/// <summary>An argument that a target reads, here so that the list of targets shows it and a misspelt one is refused.</summary>
/// <param name="name">Kebab-case name, without the dashes.</param>
/// <param name="value">What stands after the equals sign, in capitals; empty for a switch.</param>
/// <param name="description">What it does, with its default.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class TaskArgumentAttribute(string name, string value, string description) : Attribute
{
    public string Name { get; } = name;

    public string Value { get; } = value;

    public string Description { get; } = description;

    public override string ToString() => Value.Length == 0 ? $"--{Name}" : $"--{Name}={Value}";
}
