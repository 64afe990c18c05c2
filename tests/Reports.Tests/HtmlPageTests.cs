using System.Text.RegularExpressions;
using System.Xml.Linq;
using Reports.Building;
using Reports.Pages;

namespace Reports.Tests;

public sealed partial class HtmlPageTests : IDisposable
{
    private readonly SampleRun sample = new();

    public void Dispose() => sample.Dispose();

    [Fact]
    public void Write_HasEverySection()
    {
        var input = sample.Input();

        var page = HtmlPage.Write(input, ReportBuilder.Build(input));

        Assert.Equal(
            ["metrics", "losses", "precision-recall", "confusion", "worst", "changes", "run"],
            Sections().Matches(page).Select(match => match.Groups["id"].Value)
        );
        string[] parts =
        [
            ">actual<",
            ">predicted<",
            "data:image/png;base64,",
            "95 % interval",
            "not distinguishable",
            "1 min 24 s",
            "0.0124",
        ];
        Assert.All(parts, part => Assert.Contains(part, page, StringComparison.Ordinal));
    }

    [Fact]
    public void Write_ShowsTheIntervalOfEachValue_WhereTheTrainerComputedIt()
    {
        using var earlier = new SampleRun(hasIntervals: false);

        var page = HtmlPage.Write(sample.Input(), ReportBuilder.Build(sample.Input()));
        var old = HtmlPage.Write(earlier.Input(), ReportBuilder.Build(earlier.Input()));

        Assert.Contains(">95 % interval of the value<", page, StringComparison.Ordinal);
        (string Name, string Interval)[] expected =
        [
            ("eval_mAP", "0.1875 to 0.3125"),
            ("eval_AP50_crack", "0.4375 to 0.5625"),
            ("binary_f1", "0.8375 to 0.9625"),
            ("binary_tp", "–"),
        ];
        foreach (var (name, interval) in expected)
        {
            var cells = $"<td class=\"number\">[0-9.]+</td><td class=\"number interval\">{interval}</td>";
            Assert.Matches($"<th scope=\"row\"><bdi>{name}</bdi></th>{cells}", page);
        }

        Assert.DoesNotContain("interval of the value", old, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("{\"metrics\": 7}")]
    [InlineData("{\"metrics\": {\"eval_mAP\": [1]}}")]
    [InlineData("{\"metrics\": {\"eval_mAP\": {\"low\": \"<b>\", \"high\": 1}}}")]
    [InlineData("{\"metrics\": {\"eval_mAP\": {\"low\": 0.9, \"high\": 0.1}}}")]
    public void Write_LeavesOutIntervals_WhenTheyAreDamaged(string intervals)
    {
        sample.Write("outputs/final_model/metrics.json", $"{{\"eval_mAP\": 0.25, \"intervals\": {intervals}}}");

        var page = HtmlPage.Write(sample.Input(), ReportBuilder.Build(sample.Input()));

        Assert.DoesNotContain("interval of the value", page, StringComparison.Ordinal);
        Assert.Contains("0.2500", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_LoadsNothing()
    {
        var input = sample.Input();

        var page = HtmlPage.Write(input, ReportBuilder.Build(input));

        Assert.DoesNotMatch(Loading(), page);
        Assert.Matches(
            "content=\"default-src 'none'; img-src data:; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'\"",
            page
        );
    }

    [Fact]
    public void Write_EscapesEveryText()
    {
        using var hostile = new SampleRun([.. Hostile.Texts.Where(text => text.Length > 0), Hostile.Long]);
        var input = hostile.Input();
        input = input with
        {
            Run = input.Run with
            {
                Status = "Failed",
                FailureReason = Hostile.Texts[2],
                Experiment = Hostile.Texts[6],
                Sweep = HostileSweep.Of([.. Hostile.Texts, Hostile.Long]),
            },
            Cost = null,
            NoCostReason = Hostile.Texts[1],
        };
        hostile.Write("user_logs/std_log.txt", string.Join('\n', Hostile.Texts));

        var page = HtmlPage.Write(input, ReportBuilder.Build(input));

        Assert.DoesNotContain("alert(1)>", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', page);
        Assert.DoesNotMatch(Loading(), page);
        Assert.DoesNotContain(new string('x', 200), page, StringComparison.Ordinal);
        // Well formed: no text could open or close an element.
        var body = page[page.IndexOf("<header>", StringComparison.Ordinal)..page.IndexOf("</body>", StringComparison.Ordinal)];
        var names = XElement
            .Parse($"<body>{VoidElements().Replace(body, "$0</img>")}</body>")
            .Descendants()
            .Attributes()
            .Select(item => item.Name.LocalName)
            .ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(names, name => name is "style" or "srcset" || name.StartsWith("on", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_ShowsTheEndOfTheLog_WhenTheJobFailed()
    {
        var input = new ReportInput(
            SampleRun.Facts("demo-2", sample.Current, "Failed") with
            {
                FailureReason = "UserError: Out of memory.",
            }
        );

        var page = HtmlPage.Write(input, ReportBuilder.Build(input));

        Assert.Contains("UserError: Out of memory.", page, StringComparison.Ordinal);
        Assert.Contains("Traceback: out of memory", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_DrawsTheTrials_WhenTheJobIsASweep()
    {
        var input = sample.Input();
        input = input with { Run = input.Run with { Sweep = SampleRun.Sweep() } };

        var page = HtmlPage.Write(input, ReportBuilder.Build(input));

        var start = page.IndexOf("<section id=\"sweep\"", StringComparison.Ordinal);
        var section = page[start..(page.IndexOf("</section>", start, StringComparison.Ordinal) + "</section>".Length)];
        ExpectedText.Check("sweep.html", section.Replace("><", ">\n<", StringComparison.Ordinal) + "\n");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Write_SaysThatNoTrialIsTheBest_WhenFewHaveAValue(int trials)
    {
        var input = sample.Input();
        var sweep = SampleRun.Sweep() with { Best = null, Trials = [.. SampleRun.Sweep().Trials.Take(trials)] };

        var page = HtmlPage.Write(input with { Run = input.Run with { Sweep = sweep } }, ReportBuilder.Build(input));

        Assert.Equal(trials > 0, page.Contains("No trial has completed with a value of it.", StringComparison.Ordinal));
        Assert.Equal(trials > 1, page.Contains("Parallel coordinates of 2 trials. No trial has completed yet.", StringComparison.Ordinal));
        Assert.DoesNotContain("Importance", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Ticks_AreRoundNumbers()
    {
        Assert.Equal([0, 0.2, 0.4, 0.6, 0.8, 1], LineChart.Ticks(0, 1, 5).Select(tick => Math.Round(tick, 9)));
        Assert.Equal([0, 50, 100, 150, 200], LineChart.Ticks(0, 240, 5));
        Assert.Empty(LineChart.Ticks(1, 1, 5));
        Assert.Empty(LineChart.Ticks(0, double.NaN, 5));
    }

    [GeneratedRegex("<section id=\"(?<id>[a-z-]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sections();

    // An element or a style that loads something, or code in an attribute.
    [GeneratedRegex(
        "<(?:script|link|iframe|object|embed|base|form)\\b|@import|url\\((?!#)|<img [^>]*src=\"(?!data:)|\\bstyle=\"",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        2000
    )]
    private static partial Regex Loading();

    [GeneratedRegex("<img [^>]*>", RegexOptions.None, 1000)]
    private static partial Regex VoidElements();
}
