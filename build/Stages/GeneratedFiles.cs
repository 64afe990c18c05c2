using Experiments.Schema;

namespace Build.Stages;

/// <summary>Files of the repository that are generated from its sources; tests fail when one is stale.</summary>
internal static class GeneratedFiles
{
    /// <summary>The schema is there twice: beside the exp_configs for editors, and in the trainer's package for the trainer.</summary>
    public static IEnumerable<(string Path, string Text)> All =>
        [
            ("exp_configs/exp_config.schema.json", ExperimentSchema.Generate()),
            ("src/training/detection/config/exp_config.schema.json", ExperimentSchema.Generate()),
            ("docs/exp_config.md", ExperimentReference.Generate()),
        ];
}
