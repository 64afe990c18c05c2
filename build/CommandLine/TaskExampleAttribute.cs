namespace Build;

/// <summary>A command line worth showing, and what it does.</summary>
/// <param name="arguments">What follows <c>dotnet cake</c>.</param>
/// <param name="description">What it does, in a few words.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class TaskExampleAttribute(string arguments, string description) : Attribute
{
    public string Arguments { get; } = arguments;

    public string Description { get; } = description;
}
