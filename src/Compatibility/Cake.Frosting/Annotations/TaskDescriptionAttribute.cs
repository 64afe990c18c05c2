namespace Cake.Frosting;

/// <summary>What a task does, as <c>--description</c> shows it.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TaskDescriptionAttribute(string description) : Attribute
{
    public string Description { get; } = description;
}
