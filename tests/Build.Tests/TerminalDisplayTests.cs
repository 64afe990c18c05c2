using Build.Log.Displays;
using Fixtures;
using Spectre.Console;

namespace Build.Tests;

public sealed class TerminalDisplayTests : IDisposable
{
    private readonly StringWriter output = new();
    private readonly TerminalDisplay display;

    public TerminalDisplayTests()
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.No,
                Out = new AnsiConsoleOutput(output),
            }
        );
        console.Profile.Width = 60;
        display = new TerminalDisplay(console);
    }

    public void Dispose() => output.Dispose();

    [Fact]
    public void Show_DrawsATable_WhenTheListingHasHeadings()
    {
        display.Show(
            null!,
            new Listing(
                Indent: 2,
                [6],
                [
                    new("ok", "experiment [demo]"),
                    new("fault", "dataset")
                    {
                        Faults = ["a fault that is longer than the column that is left for it"],
                        Advice = ["Fix it."],
                    },
                ]
            )
            {
                Headings = ["", "result"],
            }
        );

        ExpectedText.Check("terminal-table", Text());
    }

    [Fact]
    public void Show_WrapsInTheLastColumn_WhenTheListingHasNoHeadings()
    {
        display.Show(
            null!,
            new Listing(
                Indent: 6,
                [20],
                [new("--set=KEY=VALUE", "overrides one value of the experiment; repeatable, in order"), new("--yes", "")]
            )
        );

        ExpectedText.Check("terminal-grid", Text());
    }

    private string Text() => string.Join('\n', output.ToString().ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd()));
}
