namespace Cake.Frosting;

/// <summary>Runs <see cref="Task"/> before the task that carries this attribute. Several keep their order.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class IsDependentOnAttribute(Type type) : Attribute
{
    /// <summary>A class that implements <see cref="IFrostingTask"/>.</summary>
    public Type Task { get; } = type;
}
