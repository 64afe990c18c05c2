namespace Experiments.Settings;

/// <summary>Declares a key of older files that a record no longer takes, with the words of its fault.</summary>
/// <param name="key">Name of the key, upper case; a key of the file's outermost object.</param>
/// <param name="required">The rule for the key, to be read after "it must be".</param>
/// <param name="hint">A sentence that says what to do.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class RetiredKeyAttribute(string key, string required, string hint) : Attribute
{
    public string Key { get; } = key;

    public string Required { get; } = required;

    public string Hint { get; } = hint;
}
