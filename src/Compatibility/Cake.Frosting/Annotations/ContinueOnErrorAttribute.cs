namespace Cake.Frosting;

/// <summary>
/// Continues the build when the task fails. It equals an error handler that does nothing, so a task has one or the other.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ContinueOnErrorAttribute : Attribute;
