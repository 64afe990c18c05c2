using Experiments.Schema;

namespace Build.Stages;

/// <summary>Files of the repository that are made from its sources; tests fail when one is stale.</summary>
internal static class GeneratedFiles
{
    public static IEnumerable<(string Path, string Text)> All =>
        [("exp_configs/exp_config.schema.json", ExperimentSchema.Generate()), ("docs/exp_config.md", ExperimentReference.Generate())];
}
