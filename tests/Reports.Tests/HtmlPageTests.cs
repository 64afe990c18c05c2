using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Reports.Building;
using Reports.Pages;

namespace Reports.Tests;

public sealed partial class HtmlPageTests : IDisposable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly SampleRun sample = new();

    public void Dispose() => sample.Dispose();

    [Fact]
    public void Write_HasEverySection()
    {
        var input = sample.Input();

        var page = HtmlPage.Write(input, ReportBuilder.Build(input));

        Assert.Equal(
            ["metrics", "losses", "evaluation", "worst", "changes", "run"],
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

        AssertLoadsNothing(page);
        const string Hash = "'sha256-[A-Za-z0-9+/]{43}='";
        Assert.Matches(
            $"content=\"default-src 'none'; img-src data:; script-src {Hash}; style-src {Hash}; base-uri 'none'; form-action 'none'\"",
            page
        );
    }

    // The page has its two scripts, the data and the figures, and the head has both.
    private static void AssertLoadsNothing(string page)
    {
        var own = page.Replace($"<script>{PageScript.Script}</script></head>", "</head>", StringComparison.Ordinal)
            .Replace($"<style>{PageScript.Style}</style>", "", StringComparison.Ordinal);
        var data = Data().Match(own);
        Assert.True(data.Success);
        own = own.Remove(data.Index, data.Length);
        Assert.DoesNotMatch(Loading(), own);
        Assert.DoesNotMatch(Loading(), data.Groups["json"].Value);
        Assert.DoesNotMatch("[^\\x20-\\x7e]|<", data.Groups["json"].Value);
        Assert.NotNull(JsonNode.Parse(data.Groups["json"].Value));
    }

    private static JsonArray Figure(string page, string id) => JsonNode.Parse(Data().Match(page).Groups["json"].Value)![id]!.AsArray();

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
        AssertLoadsNothing(page);
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
        ExpectedText.Check("sweep.json", Figure(page, "trials").ToJsonString(Indented) + "\n");
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
        if (trials > 0)
        {
            Assert.Null(Figure(page, "trials")[1]!["bestName"]);
            Assert.Empty(Figure(page, "trials")[1]!["importance"]!.AsArray());
            Assert.Equal(trials, Figure(page, "trials")[1]!["trials"]!.AsArray().Count);
        }

        var body = page[page.IndexOf("<body>", StringComparison.Ordinal)..];
        Assert.DoesNotContain("Importance", body, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_HoldsTheNumbersOfTheFigures()
    {
        var input = sample.Input();

        var page = HtmlPage.Write(input, ReportBuilder.Build(input));

        var metrics = Figure(page, "metrics")[1]!["metrics"]!.AsArray();
        var first = metrics.Single(metric => (string?)metric!["name"] == "eval_mAP")!;
        Assert.Equal(
            """{"name":"eval_mAP","values":[0.25,0.4],"intervals":[[0.1875,0.3125]],"difference":-0.15,"""
                + "\"low\":-0.2,\"high\":-0.09,\"word\":\"worse\"}",
            first.ToJsonString()
        );
        var curves = Figure(page, "curves")[1]!;
        Assert.Equal(["demo-2", "baseline"], curves["runs"]!.AsArray().Select(run => (string?)run!["name"]));
        var loss = curves["runs"]![0]!["series"]!.AsArray().Single(series => (string?)series!["name"] == "train_loss")!;
        Assert.Equal(60, loss["steps"]!.AsArray().Count);
        var evaluation = Figure(page, "evaluation")[1]!;
        Assert.Equal("[[40,1,2],[1,40,3],[2,3,40]]", evaluation["counts"]!.ToJsonString());
        Assert.Equal(101, evaluation["before"]![0]!["precision"]!.AsArray().Count);
        Assert.Null(evaluation["truth"]);
    }

    [Fact]
    public void Write_HoldsPredictionsAndGroundTruth_WhenTheyAreSmallAndSound()
    {
        sample.Write("outputs/ground_truth.json", Truth);
        sample.Write(
            "outputs/predictions.json",
            """
            [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3.5, 4], "score": 0.75},
             {"image_id": 9, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 1}]
            """
        );

        var page = HtmlPage.Write(sample.Input(), ReportBuilder.Build(sample.Input()));

        var evaluation = Figure(page, "evaluation")[1]!;
        Assert.Equal("""[{"image_id":1,"category_id":1,"bbox":[1,2,3.5,4],"score":0.75}]""", evaluation["predictions"]!.ToJsonString());
        Assert.Equal("pothole", (string?)evaluation["truth"]!["categories"]![0]!["name"]);
        Assert.Equal("0.5", evaluation["truth"]!["info"]!["eval_conf"]!.ToJsonString());
    }

    [Theory]
    [InlineData("[]", "[]")]
    [InlineData(Truth, "{}")]
    [InlineData(Truth, "[7]")]
    [InlineData(Truth, """[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3], "score": 1}]""")]
    [InlineData(Truth, """[{"image_id": 1, "category_id": 1, "bbox": "</script>", "score": 1}]""")]
    [InlineData(Truth, """[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 1e999, 4], "score": 1}]""")]
    [InlineData(Truth, """[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": -1e999}]""")]
    [InlineData("""{"images": [{"id": 1}], "images": []}""", "[]")]
    [InlineData("""{"images": [{"id": "x"}], "categories": [], "annotations": [], "info": {"eval_conf": 0.5}}""", "[]")]
    public void Write_LeavesOutPredictions_WhenTheyAreDamaged(string truth, string predictions)
    {
        sample.Write("outputs/ground_truth.json", truth);
        sample.Write("outputs/predictions.json", predictions);

        var page = HtmlPage.Write(sample.Input(), ReportBuilder.Build(sample.Input()));

        Assert.Null(Figure(page, "evaluation")[1]!["truth"]);
        Assert.Equal(3, Figure(page, "evaluation")[1]!["counts"]!.AsArray().Count);
    }

    [Fact]
    public void Write_NamesTheLargestConfusions_WhenThereAreManyClasses()
    {
        using var large = new SampleRun([.. Enumerable.Range(0, 210).Select(number => $"class {number}")]);

        var page = HtmlPage.Write(large.Input(), ReportBuilder.Build(large.Input()));

        var evaluation = Figure(page, "evaluation")[1]!;
        Assert.Empty(evaluation["counts"]!.AsArray());
        Assert.Equal(200, evaluation["curves"]!.AsArray().Count);
        Assert.Matches(
            "The most frequent mistakes.*<div data-figure=\"evaluation\">",
            page[page.IndexOf("<body>", StringComparison.Ordinal)..]
        );
    }

    [Fact]
    public void Write_DrawsMetricsThatWereMeasuredTwice()
    {
        sample.Write(
            "outputs/metrics.jsonl",
            """
            {"step": 1, "train_loss": 2, "eval_mAP": 0.5, "eval_AP_large": -1}
            {"step": 2, "train_loss": 1, "eval_AP_large": -1, "eval_AP_small": 0.25}
            {"step": 2, "train_loss": 1.5}
            """
        );

        var page = HtmlPage.Write(sample.Input(), ReportBuilder.Build(sample.Input()));

        var curves = Figure(page, "curves")[1]!;
        Assert.Equal("""["train_loss"]""", curves["names"]!.ToJsonString());
        Assert.Equal("""[{"name":"train_loss","steps":[1,2],"values":[2,1.5]}]""", curves["runs"]![0]!["series"]!.ToJsonString());
    }

    [Fact]
    public void Thinned_KeepsPeaksAndEnds()
    {
        var points = Enumerable
            .Range(0, 10_000)
            .Select(step =>
                (
                    (double)step,
                    step is 4321 ? 9.0
                    : step is 8765 ? -9.0
                    : 0.0
                )
            )
            .ToList();

        var thinned = CurveFigure.Thinned(points);

        Assert.InRange(thinned.Count, 100, 402);
        Assert.Contains((4321, 9), thinned);
        Assert.Contains((8765, -9), thinned);
        Assert.Equal((0, 0), thinned[0]);
        Assert.Equal((9999, 0), thinned[^1]);
    }

    private const string Truth = """
        {"info": {"eval_conf": 0.5}, "images": [{"id": 1, "file_name": "a.png", "width": 9, "height": 9}],
         "categories": [{"id": 1, "name": "pothole"}],
         "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "iscrowd": 0, "ignore": true}]}
        """;

    [GeneratedRegex("<script type=\"application/json\" id=\"figures\">(?<json>[^\n]*?)</script>", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Data();

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
