namespace Experiments.Settings;

/// <summary>
/// Declares one key of a configuration file: its name, meaning, range and default. The reader's validation, the JSON schema and the
/// reference in docs/ all come from this one declaration.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string key, string description) : Attribute
{
    /// <summary>Name of the key, upper case.</summary>
    public string Key { get; } = key;

    /// <summary>One sentence for the reference and the schema.</summary>
    public string Description { get; } = description;

    /// <summary>What follows from the value. Each exp_config key that is no object declares it.</summary>
    public Decides Decides { get; set; }

    /// <summary>The file is faulty without it.</summary>
    public bool Required { get; set; }

    /// <summary>Value of an absent key; null when it is required, follows from other keys, or has no value.</summary>
    public object? Default { get; set; }

    /// <summary>As <see cref="Default"/>, for a key whose value is an object: its JSON text.</summary>
    public string? DefaultJson { get; set; }

    /// <summary>What an absent key means when that follows from other keys; for the reference.</summary>
    public string? DefaultText { get; set; }

    /// <summary>Smallest value permitted.</summary>
    public double Minimum { get; set; } = double.NegativeInfinity;

    /// <summary>Largest value permitted.</summary>
    public double Maximum { get; set; } = double.PositiveInfinity;

    /// <summary>The value must be above <see cref="Minimum"/>, not at it.</summary>
    public bool ExclusiveMinimum { get; set; }

    /// <summary>Unit or meaning of the number, added to the rule in parentheses.</summary>
    public string? Unit { get; set; }

    /// <summary>Regular expression the whole string must match, from <c>^</c> to <c>$</c>, in the dialect of JSON schema.</summary>
    public string? Pattern { get; set; }

    /// <summary>What <see cref="Pattern"/> asks for, to be read after "it must be".</summary>
    public string? Rule { get; set; }

    /// <summary>The only strings permitted.</summary>
    public string[]? Choices { get; set; }

    /// <summary>The only whole numbers permitted.</summary>
    public int[]? IntegerChoices { get; set; }

    /// <summary>A value that is right, for the command a fault proposes; absent: the default.</summary>
    public string? Example { get; set; }
}
