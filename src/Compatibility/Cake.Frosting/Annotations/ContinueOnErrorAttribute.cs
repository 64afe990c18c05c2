namespace Cake.Frosting;

/// <summary>The build goes on when the task fails. The same as an error handler that does nothing, so a task has one or the other.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ContinueOnErrorAttribute : Attribute;
