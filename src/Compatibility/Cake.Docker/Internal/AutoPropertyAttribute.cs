namespace Cake.Docker;

/// <summary>Says that a property is not rendered as its type alone would have it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AutoPropertyAttribute : Attribute
{
    /// <summary>For a switch that docker takes as on: only <c>--name=False</c> turns it off.</summary>
    public const string BoolWithTrueDefaultFormat = "--{0}={1}";

    public string? Format { get; init; }
}
