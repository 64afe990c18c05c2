namespace Experiments.Settings;

/// <summary>
/// Declares one key of a configuration file: its name, meaning, range, default and rules. The reader, the JSON schema, the trainer
/// (which reads the schema) and the reference in docs/ take them from this one declaration.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string key, string description) : Attribute
{
    /// <summary>Name of the key, upper case.</summary>
    public string Key { get; } = key;

    /// <summary>One sentence for the reference and the schema.</summary>
    public string Description { get; } = description;

    /// <summary>The part of the result that the value decides. Each exp_config key that is not an object declares it.</summary>
    public Decides Decides { get; set; }

    /// <summary>Whether the file is faulty without the key.</summary>
    public bool Required { get; set; }

    /// <summary>Value of a missing key; null when the key is required, follows from other keys, or has no value.</summary>
    public object? Default { get; set; }

    /// <summary>As <see cref="Default"/>, for a key whose value is an object: the JSON text of the value.</summary>
    public string? DefaultJson { get; set; }

    /// <summary>Meaning of a missing key that has no default; for the reference.</summary>
    public string? DefaultText { get; set; }

    /// <summary>
    /// Default of a missing key that follows from other keys: a whole number, a key path, or <c>min(a, b)</c> of two of them. The
    /// keys it names are declared earlier.
    /// </summary>
    public string? DefaultFrom { get; set; }

    /// <summary>Path of a key whose value this one must not exceed.</summary>
    public string? AtMost { get; set; }

    /// <summary>Path of a key whose value this one must differ from.</summary>
    public string? DiffersFrom { get; set; }

    /// <summary>A value that both keys of <see cref="DiffersFrom"/> may hold.</summary>
    public string? DiffersUnless { get; set; }

    /// <summary>
    /// What this key needs when it is not off (0, false or <c>none</c>): of each text, which names key paths with <c>or</c> between them,
    /// one key that is not off either.
    /// </summary>
    public string[]? Needs { get; set; }

    /// <summary>Path of a key that must be off where this one is not.</summary>
    public string? Excludes { get; set; }

    /// <summary>A sentence that says why this key needs, or excludes, the others.</summary>
    public string? NeedsHint { get; set; }

    /// <summary>The value is an object whose keys are key paths of these sections, each with a name and an array.</summary>
    public string[]? KeyPathsOf { get; set; }

    /// <summary>The rule of each value of <see cref="KeyPathsOf"/>, to be read after "it must be".</summary>
    public string? ValueRule { get; set; }

    /// <summary>Smallest value permitted.</summary>
    public double Minimum { get; set; } = double.NegativeInfinity;

    /// <summary>Largest value permitted.</summary>
    public double Maximum { get; set; } = double.PositiveInfinity;

    /// <summary>Whether the value must be above <see cref="Minimum"/>, not at it.</summary>
    public bool ExclusiveMinimum { get; set; }

    /// <summary>Unit or meaning of the number, added to the rule in parentheses.</summary>
    public string? Unit { get; set; }

    /// <summary>Regular expression the whole string must match, from <c>^</c> to <c>$</c>, in the dialect of JSON schema.</summary>
    public string? Pattern { get; set; }

    /// <summary>The rule of <see cref="Pattern"/> in words, to be read after "it must be".</summary>
    public string? Rule { get; set; }

    /// <summary>The only strings permitted.</summary>
    public string[]? Choices { get; set; }

    /// <summary>
    /// Regular expression of further strings that are permitted beside <see cref="Choices"/>, such as older names of them; from <c>^</c>
    /// to <c>$</c>.
    /// </summary>
    public string? ChoicePattern { get; set; }

    /// <summary>The rule of <see cref="ChoicePattern"/> in words, to be read after the choices and "or".</summary>
    public string? ChoicePatternRule { get; set; }

    /// <summary>Regular expression of strings that are not permitted and whose fault says why.</summary>
    public string? RefusedPattern { get; set; }

    /// <summary>A sentence that says why a string of <see cref="RefusedPattern"/> is not permitted, and what to do.</summary>
    public string? RefusedHint { get; set; }

    /// <summary>Path of a key that holds a string: this key applies only when that string matches <see cref="OnlyWithPattern"/>.</summary>
    public string? OnlyWith { get; set; }

    /// <summary>Regular expression of the values of <see cref="OnlyWith"/> to which this key applies.</summary>
    public string? OnlyWithPattern { get; set; }

    /// <summary>A sentence that says to which values of <see cref="OnlyWith"/> this key applies.</summary>
    public string? OnlyWithHint { get; set; }

    /// <summary>The only whole numbers permitted.</summary>
    public int[]? IntegerChoices { get; set; }

    /// <summary>A valid value, for the command that a fault proposes; when null, the default.</summary>
    public string? Example { get; set; }
}
