using System.Security.Cryptography;
using System.Text;
using Reports.Building;
using Reports.Records;

namespace Reports.Pages;

/// <summary>Writes a report as one HTML page that loads nothing and works in any browser, light or dark, with script and without.</summary>
/// <remarks>
/// Everything that a job, a person or a repository named is encoded, and the content security policy permits the page's own script and
/// stylesheet, by their hashes, and embedded pictures: even markup that slipped through could neither run nor send a request.
/// The script draws the figures of the studio in the places of tables that say the same.
/// </remarks>
public static class HtmlPage
{
    private const int LogLine = 500;
    private const int MostEmbedded = 6_000_000;

    /// <summary>Returns the page.</summary>
    public static string Write(ReportInput input, ReportFile report)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(report);
        var figures = new PageFigures();
        var sections = new StringBuilder();
        AppendSections(sections, figures, input, report);
        var html = new StringBuilder();
        AppendHead(html, figures, report);
        html.Append("<body><a class=\"skip\" href=\"#content\">Skip to the content</a>");
        AppendHeader(html, input, report);
        html.Append("<main id=\"content\" tabindex=\"-1\">").Append(sections);
        html.Append("</main><footer>Made by Report from <code>");
        html.Append(HtmlText.Attribute(input.ArtifactsPath))
            .Append("</code>. <code>report.json</code> holds the same figures for programs.</footer></body></html>\n");
        return html.ToString();
    }

    private static void AppendHead(StringBuilder html, PageFigures figures, ReportFile report)
    {
        html.Append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
        html.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; ");
        html.Append(
            $"script-src '{Hash(PageScript.Script)}'; style-src '{Hash(PageScript.Style)}'; base-uri 'none'; form-action 'none'\">"
        );
        html.Append(
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">"
        );
        html.Append("<meta name=\"referrer\" content=\"no-referrer\">");
        html.Append($"<title>{HtmlText.Attribute(report.Experiment)}: {Words.Of(report)}</title><style>{PageScript.Style}</style>");
        html.Append($"<script type=\"application/json\" id=\"figures\">{figures.ToJson()}</script>");
        html.Append($"<script>{PageScript.Script}</script></head>");
    }

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static void AppendHeader(StringBuilder html, ReportInput input, ReportFile report)
    {
        html.Append("<header><div class=\"title\"><div><p class=\"eyebrow\">Training report</p>");
        html.Append($"<h1>{HtmlText.Foreign(report.Experiment)}</h1></div>");
        html.Append(
            $"<p class=\"verdict {Tone(report)}\"><span class=\"hidden\">Verdict: "
                + $"</span>{HtmlText.Attribute(Words.Of(report))}</p></div>"
        );
        html.Append($"<p class=\"sentence\">{Words.Sentence(report)}</p>");
        if (report.UnpairedReason is { } reason)
        {
            html.Append(
                $"<p class=\"reason\">{(report.Baseline is null ? "No baseline" : "Not paired")}: {HtmlText.Foreign(reason, 400)}.</p>"
            );
        }
        if (report.Progress is { } progress)
            html.Append($"<progress max=\"{progress.Steps}\" value=\"{progress.Step}\" aria-label=\"Steps done\"></progress>");
        AppendFacts(html, input, report);
        html.Append("</header>");
    }

    private static void AppendFacts(StringBuilder html, ReportInput input, ReportFile report)
    {
        html.Append("<dl class=\"about\">");
        Fact(html, "job", $"<code>{HtmlText.Foreign(report.Job, 80)}</code>");
        Fact(html, "status", HtmlText.Foreign(report.Status, 40));
        if (report.Commit is { } commit)
            Fact(html, "commit", $"<code>{HtmlText.Foreign(commit, 12)}</code>");
        if (report.Baseline is { } baseline)
            Fact(html, "baseline", $"<code>{HtmlText.Foreign(baseline.Job, 80)}</code>, {Words.Of(baseline.Source)}");
        if (report.DurationSeconds is { } seconds)
            Fact(html, "duration", Words.Duration(seconds));
        Fact(html, "cost", Cost(input, report));
        html.Append("</dl>");
    }

    private static string Cost(ReportInput input, ReportFile report) =>
        report.Cost is { } cost
            ? $"{HtmlText.Number((double)cost.Amount, "0.00##")} {HtmlText.Foreign(cost.Currency, 10)}"
            : $"unknown{(input.NoCostReason is { } reason ? $": {HtmlText.Foreign(reason)}" : "")}";

    private static void Fact(StringBuilder html, string name, string value) => html.Append($"<div><dt>{name}</dt><dd>{value}</dd></div>");

    private static void AppendSections(StringBuilder html, PageFigures figures, ReportInput input, ReportFile report)
    {
        if (report.Verdict == Verdict.Failed)
            Section(html, "failure", "Why the job did not complete", Failure(input));
        AppendCards(html, report);
        Section(html, "metrics", "Metrics", report.Metrics.Count == 0 ? null : MetricsTable.Draw(figures, report) + Method(input));
        Section(html, "sweep", "Sweep", SweepSection.Draw(figures, input.Run.Sweep));
        Section(html, "losses", "Losses and metrics over the steps", CurveFigure.Draw(figures, input.Run, input.Baseline));
        Section(html, "evaluation", "Right and wrong", EvaluationFigure.Draw(figures, input.Run, input.Baseline));
        Section(html, "worst", "Worst test images", Worst(input));
        Section(html, "changes", "Changes since the baseline", Changes(report));
        Section(html, "run", "The run", Run(input, report));
    }

    private static void Section(StringBuilder html, string id, string title, string? content)
    {
        if (content is not null)
            html.Append($"<section id=\"{id}\" aria-labelledby=\"h-{id}\"><h2 id=\"h-{id}\">{title}</h2>{content}</section>");
    }

    private static void AppendCards(StringBuilder html, ReportFile report)
    {
        var names = new[] { "eval_mAP", "eval_AP50", "eval_AP75", "binary_f1" };
        var metrics = names.Select(name => report.Metrics.FirstOrDefault(metric => metric.Name == name)).OfType<ReportMetric>().ToList();
        if (metrics.Count == 0)
            return;
        html.Append("<ul class=\"cards\" aria-label=\"Main metrics\">");
        foreach (var metric in metrics)
        {
            html.Append(
                $"<li class=\"card\"><span class=\"name\">{metric.Name}</span><span "
                    + $"class=\"value\">{HtmlText.Metric(metric, metric.Value)}</span>"
            );
            if (metric.Difference is not null)
            {
                html.Append(
                    $"<span class=\"difference\">{HtmlText.Difference(metric)} from {HtmlText.Metric(metric, metric.Baseline)}</span>"
                );
            }
            if (metric.Word is not null)
                html.Append($"<span class=\"word {Tone(metric.Word)}\">{Words.Of(metric.Word)}</span>");
            html.Append("</li>");
        }

        html.Append("</ul>");
    }

    private static string Method(ReportInput input) =>
        (
            input.Run.Artifacts.Intervals.Count > 0
                ? "<p class=\"note\">The interval of a value holds 95 % of its values in resamples of the test images.</p>"
                : ""
        ) + MethodOfDifference(input);

    private static string MethodOfDifference(ReportInput input) =>
        input.Comparison is { Paired: true } comparison
            ? $"<p class=\"note\">The interval of the difference holds it in 95 % of {comparison.Resamples} resamples of the "
                + $"{comparison.Images} test images "
                + $"(paired bootstrap, seed {comparison.Seed}). A metric is better or worse when its interval excludes 0.</p>"
            : "";

    private static string? Worst(ReportInput input)
    {
        var artifacts = input.Run.Artifacts;
        var html = new StringBuilder();
        var embedded = 0;
        foreach (var image in artifacts.Evaluation?.WorstImages ?? [])
        {
            if (
                artifacts.PathOf(image) is not { } path
                || artifacts.ReadPicture(path) is not { } bytes
                || (embedded += bytes.Length) > MostEmbedded
            )
            {
                continue;
            }
            var mistakes = $"{image.Missed} missed, {image.Wrong} wrong";
            html.Append(
                $"<li><figure><img src=\"data:image/png;base64,{Convert.ToBase64String(bytes)}\" alt=\"Test image "
                    + $"{HtmlText.Attribute(image.FileName)}: {mistakes}\">"
            );
            html.Append(
                $"<figcaption>{HtmlText.Foreign(image.FileName, 60)}<span class=\"mistakes\">{mistakes}</span></figcaption></figure></li>"
            );
        }

        return html.Length == 0
            ? null
            : "<p class=\"legend\"><span class=\"box truth\"></span>ground truth <span class=\"box prediction\"></span>prediction of "
                + "at least "
                + $"{HtmlText.Number(artifacts.Evaluation!.EvalConf)}</p><ul class=\"pictures worst\">{html}</ul>";
    }

    private static string? Changes(ReportFile report)
    {
        if (report.Baseline is null)
            return null;
        if (report.Changes.Count == 0)
            return "<p>Nothing is known to have changed in config, data, code and versions.</p>";
        var rows = report.Changes.Select(change =>
            $"<tr><th "
            + $"scope=\"row\">{HtmlText.Foreign(change.Path, 80)}</th><td>{Value(change.Before)}</td><td>{Value(change.After)}</td></tr>"
        );
        return "<div class=\"scroll\" role=\"region\" aria-label=\"Table of the changes\" tabindex=\"0\"><table "
            + "class=\"changes\"><caption>Config, data, code and versions</caption>"
            + "<thead><tr><th scope=\"col\">what</th><th scope=\"col\">baseline</th><th scope=\"col\">this run</th></tr></thead>"
            + $"<tbody>{string.Concat(rows)}</tbody></table></div>";
    }

    private static string Value(string? text) =>
        text is null ? "<span class=\"absent\">absent</span>" : $"<code>{HtmlText.Foreign(Words.Short(text), 80)}</code>";

    private static string Failure(ReportInput input)
    {
        var run = input.Run;
        var html = new StringBuilder($"<p class=\"reason\">{HtmlText.Foreign(run.FailureReason ?? Words.NoReason(run), 1000)}</p>");
        if (run.Artifacts.LogTail.Count > 0)
        {
            html.Append($"<h3>The last {run.Artifacts.LogTail.Count} lines of its log</h3>");
            html.Append("<pre class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"End of the log\">");
            foreach (var line in run.Artifacts.LogTail)
                html.Append(HtmlText.Foreign(line, LogLine)).Append('\n');
            html.Append("</pre>");
        }

        return html.ToString();
    }

    private static string Run(ReportInput input, ReportFile report)
    {
        var html = new StringBuilder("<dl class=\"facts\">");
        if (input.Run.Started is { } started)
            Fact(html, "started", $"{started.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
        if (input.Run.Ended is { } ended)
            Fact(html, "ended", $"{ended.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
        if (report.ExpConfig is { } file)
            Fact(html, "exp_config", $"<code>{HtmlText.Foreign(file)}</code>");
        if (report.Cost is { } cost)
            Fact(html, "cost", $"{Cost(input, report)}: {HtmlText.Foreign(cost.Basis, 300)}");
        foreach (var (path, value) in input.Run.Artifacts.Passport.Values().Take(60))
            Fact(html, HtmlText.Foreign(path, 60), $"<code>{HtmlText.Foreign(value, 100)}</code>");
        html.Append("</dl>");
        foreach (var note in input.Run.Artifacts.Notes.Concat(input.Baseline?.Artifacts.Notes ?? []))
            html.Append($"<p class=\"note\">{HtmlText.Foreign(note, 300)}</p>");
        return html.ToString();
    }

    private static string Tone(ReportFile report) =>
        report.Verdict switch
        {
            Verdict.Better => "better",
            Verdict.Worse or Verdict.Failed => "worse",
            _ => "neutral",
        };

    private static string Tone(Word? word) =>
        word switch
        {
            Word.Better => "better",
            Word.Worse => "worse",
            _ => "neutral",
        };
}
