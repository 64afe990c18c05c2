namespace Experiments.Json;

/// <summary>A fault of a configuration: its place, the value found, and the rule.</summary>
/// <param name="Where">File and position, or the override.</param>
/// <param name="JsonPath">Key path as in <c>RUN_PARAMS.STEPS</c>; empty when the file as a whole is meant.</param>
/// <param name="Found">The value found, as in <c>0</c>, <c>"abc"</c> or <c>missing</c>.</param>
/// <param name="Required">The rule, to be read after "it must be".</param>
/// <param name="Hint">A sentence that says what to do; null when the rule already says it.</param>
public sealed record ConfigFault(ConfigLocation Where, string JsonPath, string Found, string Required, string? Hint = null)
{
    /// <summary>The subject of the sentence: the key path, or the file or its text.</summary>
    public string Subject { get; init; } = JsonPath;

    public override string ToString() => $"{Where}: {Subject} is {Found}; it must be {Required}.{(Hint is null ? "" : " " + Hint)}";
}
