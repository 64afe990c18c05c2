namespace Experiments.Json;

/// <summary>Place of a value of a configuration: a position in a file, a whole file, or an override of the command line.</summary>
/// <param name="Source">File as the user named it, or the whole <c>--set=…</c> argument.</param>
/// <param name="Line">From 1; null when the whole source is meant.</param>
/// <param name="Column">From 1, in UTF-16 code units, as editors count; null when the whole source is meant.</param>
public sealed record ConfigLocation(string Source, int? Line = null, int? Column = null)
{
    /// <summary>Begins the source of an override of the command line.</summary>
    public const string OverrideOption = "--set=";

    public override string ToString() => Line is null ? Source : $"{Source}({Line},{Column})";
}
