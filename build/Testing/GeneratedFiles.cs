using Experiments.Schema;
using Reports.Pages;

namespace Build.Testing;

/// <summary>The files of the repository that are generated from its sources; tests fail when one is outdated.</summary>
public static class GeneratedFiles
{
    private static IEnumerable<(string Path, string Text)> All =>
        [
            ("exp_configs/exp_config.schema.json", ExperimentSchema.Generate()),
            // The trainer reads its rules from the copy in its package.
            ("src/training/detection/config/exp_config.schema.json", ExperimentSchema.Generate()),
            ("docs/exp_config.md", ExperimentReference.Generate()),
            // data.html draws the figures of the studio; the trainer's package has its own copy of them.
            ("src/training/detection/inspect/figures.js", PageScript.Script),
            ("src/training/detection/inspect/figures.css", PageScript.Style),
        ];

    /// <summary>Writes the files that differ.</summary>
    public static async Task RefreshAsync(BuildContext context)
    {
        foreach (var (path, text) in All)
        {
            var target = Path.Combine(context.Root, path);
            var isChanged =
                !File.Exists(target)
                || !string.Equals(await File.ReadAllTextAsync(target, context.Cancellation), text, StringComparison.Ordinal);
            if (isChanged)
                await File.WriteAllTextAsync(target, text, context.Cancellation);
            context.Say((isChanged ? "written    " : "unchanged  ") + path);
        }
    }
}
