using Workspaces.Computes;
using Workspaces.Datastores;
using Workspaces.Environments;
using Workspaces.Jobs;

namespace Build.Sessions.Snapshots;

/// <summary>The resources of a plan as the workspace and the registry have them.</summary>
/// <param name="Image">Null when the job needs no image.</param>
/// <param name="Datastore">The datastore.</param>
/// <param name="Compute">The cluster.</param>
/// <param name="Environment">Null when the image, whose digest names the environment, does not exist.</param>
/// <param name="Job">The jobs of the plan.</param>
public sealed record WorkspaceSnapshot(
    RegisteredImage? Image,
    DatastoreState Datastore,
    ComputeState Compute,
    EnvironmentState? Environment,
    JobState Job
);
