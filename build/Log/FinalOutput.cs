namespace Build;

/// <summary>The one line that must come last, after Cake's report: what another program reads.</summary>
public sealed class ClosingLine
{
    /// <summary>The line, or null when the run has none.</summary>
    public string? Text { get; set; }

    public void Write(TextWriter output)
    {
        if (Text is not null)
            output.WriteLine(Text);
    }
}
