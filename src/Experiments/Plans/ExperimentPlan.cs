using System.Text.Json.Serialization;
using Experiments.Plans.Images;
using Experiments.Plans.Jobs;
using Experiments.Plans.Passports;

namespace Experiments.Plans;

/// <summary>All decisions about one experiment, made before anything is changed.</summary>
/// <param name="Workspace">The workspace of the job.</param>
/// <param name="Datastore">The datastore of the dataset.</param>
/// <param name="Compute">The cluster.</param>
/// <param name="Runtime">The runtime of the job.</param>
/// <param name="Passport">Identifies the run. It alone names the image.</param>
/// <param name="ImageBuild">The build of the image; null when it is used unchanged, and where the job runs as a process.</param>
/// <param name="Job">The command job.</param>
public sealed record ExperimentPlan(
    WorkspaceAddress Workspace,
    DatastorePlan Datastore,
    ComputePlan Compute,
    RuntimePlan Runtime,
    RunPassport Passport,
    ImageBuildPlan? ImageBuild,
    JobPlan Job
)
{
    /// <summary>Experiment name and a hash of everything that decides the result; also the first job's name.</summary>
    [JsonPropertyOrder(-1)]
    public string Name => Passport.Plan;

    /// <summary>The image; null where the job runs as a process.</summary>
    [JsonIgnore]
    public ImageReference? Image => Passport.Image?.Reference;

    /// <summary>The environment of the image.</summary>
    [JsonIgnore]
    public EnvironmentPlan Environment => EnvironmentPlan.Of(Image);

    /// <summary>The reason why the passport has no dataset hash; null when it has one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? HashUnknownReason { get; init; }

    /// <summary>
    /// The difference between the working tree and its commit: what <c>git diff --binary HEAD</c> writes, in gzip and Base64. Null when
    /// nothing differs, or when it is not kept with the run.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UncommittedChanges { get; init; }

    /// <summary>The origin of the plan; null when it was not made from files.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PlanOrigin? Origin { get; init; }

    /// <summary>
    /// The calls that carry the plan out, by the state of the workspace and the registry when they were read; null while they are unread.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PlannedCall>? Calls { get; init; }

    /// <summary>Returns the plan with its image pinned to a digest. The name stays: the content tag identified the same bytes.</summary>
    /// <param name="digest"><c>sha256:…</c> of the image in its registry.</param>
    /// <exception cref="InvalidOperationException">The job runs as a process.</exception>
    public ExperimentPlan Pinned(string digest)
    {
        ArgumentException.ThrowIfNullOrEmpty(digest);
        var image = Image ?? throw new InvalidOperationException($"Plan {Name} has no image to pin; its job runs as a process.");
        return this with { Passport = Passport with { Image = new(image.Pinned(digest)) } };
    }
}
