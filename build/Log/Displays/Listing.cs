namespace Build.Log.Displays;

/// <summary>Rows of texts, which a terminal shows as a table and a log as aligned lines.</summary>
/// <param name="Indent">Spaces before each row.</param>
/// <param name="Widths">The width of each column in characters, without the last one.</param>
/// <param name="Rows">The rows.</param>
public sealed record Listing(int Indent, IReadOnlyList<int> Widths, IReadOnlyList<ListingRow> Rows)
{
    /// <summary>The headings of a terminal's table; without them the terminal shows no borders.</summary>
    public IReadOnlyList<string> Headings { get; init; } = [];
}
