namespace Build.CommandLine;

/// <summary>An example of a command line, shown in the catalogue.</summary>
/// <param name="arguments">The arguments after <c>dotnet cake</c>.</param>
/// <param name="description">Purpose of the command, in a few words.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class TaskExampleAttribute(string arguments, string description) : Attribute
{
    public string Arguments { get; } = arguments;

    public string Description { get; } = description;
}
