using Experiments.Text;
using Spectre.Console;

namespace Build.Log.Displays;

/// <summary>Draws one progress bar below the lines of the log.</summary>
internal sealed class TerminalTracker(IAnsiConsole console, ProgressContext progress) : ITracker
{
    private ProgressTask? bar;

    public void Say(string line) => console.WriteLine(ForeignText.StripControls(line));

    public void Say(IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
            Say(line);
    }

    public void Update(double fraction, string text)
    {
        bar ??= progress.AddTask("", maxValue: 1);
        bar.Description = Markup.Escape(ForeignText.StripControls(text));
        bar.Value = fraction;
    }

    public void Report(double fraction, string text) => Update(fraction, text);
}
