namespace Build.Log.Displays;

/// <summary>Writes listings as aligned lines, for files, pipelines and terminals without colour.</summary>
internal sealed class PlainDisplay : IDisplay
{
    public void Show(BuildContext context, Listing listing)
    {
        foreach (var row in listing.Rows)
        {
            var cells = row.Cells.Select((cell, column) => column < listing.Widths.Count ? cell.PadRight(listing.Widths[column]) : cell);
            context.Say(new string(' ', listing.Indent) + string.Join(' ', cells).TrimEnd());
            foreach (var line in row.Details)
                context.Say(Indented(listing, line));
            foreach (var line in row.Warnings)
                context.Warn(Indented(listing, line));
            foreach (var line in row.Faults)
                context.SayFault(Indented(listing, line));
            foreach (var line in row.Advice)
                context.Say(Indented(listing, line));
        }
    }

    public Task TrackAsync(BuildContext context, Func<ITracker, Task> work) => work(new LineTracker(context));

    public Task ShowLiveAsync(BuildContext context, Func<ILiveListing, Task> work) => work(new LineListing(context));

    private static string Indented(Listing listing, string line) => new string(' ', listing.Indent + 2) + line;

    private sealed class LineListing(BuildContext context) : ILiveListing
    {
        public void Say(string line) => context.Say(line);

        public void Update(Listing listing) { }
    }

    private sealed class LineTracker(BuildContext context) : ITracker
    {
        public void Say(string line) => context.Say(line);

        // One message: what Cake does for each message takes ten times as long as the output of a line.
        public void Say(IReadOnlyList<string> lines)
        {
            if (lines.Count > 0)
                context.Say(string.Join('\n', lines));
        }

        public void Update(double fraction, string text) { }

        public void Report(double fraction, string text) => context.Say($"  {text}");
    }
}
