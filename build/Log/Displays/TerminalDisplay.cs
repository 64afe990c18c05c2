using Experiments.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Build.Log.Displays;

/// <summary>
/// Draws tables and progress bars in a terminal. Only this class and its tracker use Spectre.Console, so that a log never loads it.
/// </summary>
internal sealed class TerminalDisplay(IAnsiConsole console) : IDisplay
{
    public TerminalDisplay()
        : this(AnsiConsole.Console) { }

    public void Show(BuildContext context, Listing listing)
    {
        if (listing.Rows.Count > 0)
            console.Write(listing.Headings.Count > 0 ? Table(listing) : Grid(listing));
    }

    public Task TrackAsync(BuildContext context, Func<ITracker, Task> work) =>
        console
            .Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(progress => work(new TerminalTracker(console, progress)));

    public Task ShowLiveAsync(BuildContext context, Func<ILiveListing, Task> work) =>
        console.Live(new Text("")).AutoClear(true).StartAsync(live => work(new TerminalListing(live)));

    private static Table Table(Listing listing)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        foreach (var heading in listing.Headings)
            table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))));
        foreach (var row in listing.Rows)
            table.AddRow(Cells(row));
        return table;
    }

    private sealed class TerminalListing(LiveDisplayContext live) : ILiveListing
    {
        public void Say(string line) { }

        public void Update(Listing listing) => live.UpdateTarget(Table(listing));
    }

    private static Grid Grid(Listing listing)
    {
        var grid = new Grid();
        for (var column = 0; column <= listing.Widths.Count; column++)
        {
            var padding = new Padding(column == 0 ? listing.Indent : 0, 0, column < listing.Widths.Count ? 1 : 0, 0);
            grid.AddColumn(new GridColumn { Padding = padding, Width = Width(listing, column) });
        }

        foreach (var row in listing.Rows)
            grid.AddRow(Cells(row));
        return grid;
    }

    // The last column takes what is left of the terminal, and wraps there.
    private static int? Width(Listing listing, int column) =>
        column < listing.Widths.Count ? Math.Max(listing.Widths[column], listing.Rows.Max(row => row.Cells[column].Length)) : null;

    private static IRenderable[] Cells(ListingRow row)
    {
        var texts = row.Cells.Select((cell, column) => (IRenderable)Plain(cell, column == 0 ? StyleOf(row.Tone) : Style.Plain)).ToArray();
        IRenderable[] below =
        [
            .. row.Details.Select(line => Plain(line, new Style(Color.Grey))),
            .. row.Warnings.Select(line => Plain(line, new Style(Color.Yellow))),
            .. row.Faults.Select(line => Plain(line, new Style(Color.Red))),
            .. row.Advice.Select(line => Plain(line, Style.Plain)),
        ];
        if (below.Length > 0)
            texts[^1] = new Rows([texts[^1], .. below]);
        return texts;
    }

    private static Text Plain(string text, Style style) => new(ForeignText.StripControls(text), style);

    private static Style StyleOf(Tone tone) =>
        tone switch
        {
            Tone.Heading => new Style(decoration: Decoration.Bold),
            Tone.Good => new Style(Color.Green),
            Tone.Caution => new Style(Color.Yellow),
            Tone.Bad => new Style(Color.Red),
            _ => Style.Plain,
        };
}
