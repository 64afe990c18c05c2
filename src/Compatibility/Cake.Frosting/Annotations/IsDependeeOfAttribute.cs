namespace Cake.Frosting;

/// <summary>Runs the task that carries this attribute before <see cref="Task"/>.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class IsDependeeOfAttribute(Type type) : Attribute
{
    /// <summary>A class that implements <see cref="IFrostingTask"/>.</summary>
    public Type Task { get; } = type;
}
