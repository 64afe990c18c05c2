namespace Build.CommandLine;

/// <summary>Arguments that belong together. The attribute on a target says that the target reads them.</summary>
/// <param name="arguments">The declarations, in the order in which the catalogue lists them.</param>
[AttributeUsage(AttributeTargets.Class)]
public abstract class ArgumentGroup(params Argument[] arguments) : Attribute
{
    public IReadOnlyList<Argument> Declarations { get; } = arguments;
}
