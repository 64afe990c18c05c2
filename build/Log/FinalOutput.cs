namespace Build.Log;

/// <summary>The one line that another program reads; it follows Cake's report as the last line of the output.</summary>
public sealed class FinalOutput
{
    /// <summary>The line; null when the run has none.</summary>
    public string? Text { get; set; }

    public void Write(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (Text is not null)
            output.WriteLine(Text);
    }
}
