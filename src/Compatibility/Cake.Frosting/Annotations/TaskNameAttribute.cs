namespace Cake.Frosting;

/// <summary>Names a task. Without it, a task has the name of its class.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TaskNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
