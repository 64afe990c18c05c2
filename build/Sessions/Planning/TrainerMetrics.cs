using Experiments.Plans.Images;
using Experiments.Reading;
using Images.Inputs;

namespace Build.Sessions.Planning;

/// <summary>Reads the names of the metrics that the trainer of an experiment logs.</summary>
internal static class TrainerMetrics
{
    /// <summary>The label of the image that holds the names, separated by commas.</summary>
    private const string Label = "io.model-training.metrics";

    /// <summary>Returns the names when the experiment is a sweep, which compares trials by one of them.</summary>
    /// <param name="context">The run.</param>
    /// <param name="configuration">The experiment.</param>
    /// <param name="other">The image that the experiment names; null for this project's own trainer.</param>
    /// <param name="registries">Opens the registry of another image.</param>
    /// <returns>Null when the names are not needed, or the image has no such label.</returns>
    public static async Task<IReadOnlyList<string>?> ReadAsync(
        BuildContext context,
        Configuration configuration,
        ImageReference? other,
        RegistrySession registries
    )
    {
        if (!configuration.Experiment.Hypertune)
            return null;
        if (other is null)
            return MetricNames.Read(context.Root);
        var environment = configuration.Environment;
        var registry = registries.Open(other, environment.AmlTenantId, isOwn: other.Registry == environment.Registry);
        return
            await registry.FindAsync(other.Digest ?? other.Tag ?? "latest", context.Cancellation) is { } manifest
            && (await registry.DescribeAsync(manifest, context.Cancellation)).Labels.TryGetValue(Label, out var names)
            && names.Length > 0
            ? names.Split(',')
            : null;
    }
}
