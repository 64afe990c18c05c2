namespace Workspaces.Connection;

/// <summary>The state that a stage found in the workspace, and the change it would make. Reading it changes nothing.</summary>
public interface IStageState
{
    /// <summary>Gets the change that running the stage would make.</summary>
    StageChange Change { get; }

    /// <summary>Gets the changes, as <c>maxNodeCount: 1 → 3</c>, and the differences that would stay, marked <c>kept</c>.</summary>
    IReadOnlyList<string> Differences { get; }
}
