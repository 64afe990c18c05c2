namespace Cake.Docker;

/// <summary>Marks a property that is rendered differently from its type's default.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AutoPropertyAttribute : Attribute
{
    /// <summary>For a switch that docker takes as on: only <c>--name=False</c> turns it off.</summary>
    public const string BoolWithTrueDefaultFormat = "--{0}={1}";

    public string? Format { get; init; }
}
