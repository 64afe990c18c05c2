using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Jobs;

/// <summary>Represents the resources of a workspace that a job may refer to.</summary>
internal interface IJobReferences
{
    WorkspaceName Name { get; }

    /// <summary>Gets the most nodes of a compute; null when the compute does not exist.</summary>
    int? MaxNodesOf(string compute);

    /// <param name="key"><c>NAME/VERSION</c>.</param>
    bool HasEnvironmentVersion(string key);

    bool HasDatastore(string name);
}
