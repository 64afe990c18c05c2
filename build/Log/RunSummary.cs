using CodeHosts.Platforms;
using CodeHosts.Text;
using Experiments.Plans;
using Images.Pushing;
using Workspaces.Jobs;

namespace Build.Log;

/// <summary>Writes the results of a run to the page that the platform shows for it.</summary>
internal static class RunSummary
{
    private static readonly string[] NoHeadings = ["", ""];

    /// <summary>Adds a part; does nothing outside a pipeline.</summary>
    /// <param name="context">The run.</param>
    /// <param name="heading">The heading.</param>
    /// <param name="markdown">Markdown in which foreign text is inline code.</param>
    public static void Summarize(this BuildContext context, string heading, string markdown) =>
        new StepSummary(context.Environment.GetEnvironmentVariable, context.ArtifactsFolder).Add(heading, markdown);

    /// <summary>Adds a table of two columns; does nothing outside a pipeline.</summary>
    public static void Summarize(this BuildContext context, string heading, params IEnumerable<(string Name, string Markdown)> rows) =>
        context.Summarize(heading, MarkdownText.Table(NoHeadings, rows.Select(row => (string[])[row.Name, row.Markdown])));

    /// <summary>Adds the image and its tags.</summary>
    public static void OfImage(BuildContext context, PushedImage image) =>
        context.Summarize(
            "Image",
            ("image", MarkdownText.Code(image.Image)),
            ("tags", string.Join(", ", image.Tags.Select(MarkdownText.Code))),
            ("change", image.Change.ToString().ToLowerInvariant())
        );

    /// <summary>Adds the plan and its job.</summary>
    public static void OfJob(BuildContext context, ExperimentPlan plan, SubmittedJob job, string state) =>
        context.Summarize(
            "Training",
            ("plan", MarkdownText.Code(plan.Name)),
            ("experiment", MarkdownText.Code(plan.Job.ExperimentName)),
            ("commit", MarkdownText.Code(plan.Passport.Git?.Commit)),
            ("workspace", MarkdownText.Code(plan.Workspace.WorkspaceName)),
            ("cluster", MarkdownText.Code($"{plan.Compute.Name}: {plan.Compute.VmSize}, up to {plan.Compute.MaxNodes} nodes")),
            ("image", plan.Runtime.UsesImages ? MarkdownText.Code(plan.Image?.ToString()) : "none: jobs run as processes"),
            ("job", MarkdownText.Link(job.Name, job.StudioUrl)),
            ("state", MarkdownText.Code(state))
        );

    /// <summary>Adds the outcome of the job and its evaluation.</summary>
    public static void OfOutcome(BuildContext context, string outcome, string? reason, IReadOnlyDictionary<string, double> metrics)
    {
        var shown = metrics
            .Where(metric => !metric.Key.StartsWith("train_loss", StringComparison.Ordinal))
            .OrderBy(metric => metric.Key, StringComparer.Ordinal)
            .Select(metric => (string[])[MarkdownText.Code(metric.Key), MarkdownText.Number(metric.Value)]);
        context.Summarize(
            "Outcome",
            $"{MarkdownText.Code(outcome)}{(reason is null ? "" : $": {MarkdownText.Code(reason)}")}\n\n"
                + MarkdownText.Table(["metric", "value"], shown)
        );
    }
}
