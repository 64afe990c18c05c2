using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Jobs;

/// <summary>What a job may refer to: the resources of its workspace.</summary>
internal interface IJobReferences
{
    WorkspaceName Name { get; }

    /// <summary>Gets the most nodes of a compute; null when the compute does not exist.</summary>
    int? MaxNodesOf(string compute);

    /// <param name="key"><c>NAME/VERSION</c>.</param>
    bool HasEnvironmentVersion(string key);

    bool HasDatastore(string name);
}
