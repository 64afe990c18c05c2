namespace Cake.Docker;

/// <summary>Marks a property that is rendered differently from its type's default.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AutoPropertyAttribute : Attribute
{
    /// <summary>Formats an option that docker takes as on, which only <c>--name=False</c> turns off.</summary>
    public const string BoolWithTrueDefaultFormat = "--{0}={1}";

    public string? Format { get; init; }
}
