namespace Build.Log.Displays;

/// <summary>One row of a listing.</summary>
/// <param name="Cells">The texts of the columns.</param>
public sealed record ListingRow(params IReadOnlyList<string> Cells)
{
    public Tone Tone { get; init; }

    /// <summary>Lines that belong to the row and follow it.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    /// <summary>Warnings that belong to the row and follow it.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Faults that belong to the row and follow it.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>The fix for the faults, which follows them.</summary>
    public IReadOnlyList<string> Advice { get; init; } = [];
}
