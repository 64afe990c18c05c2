namespace Workspaces.Connection;

/// <summary>What a stage found in the workspace, and so what it would do. Reading it changes nothing.</summary>
public interface IStageState
{
    /// <summary>What carrying the stage out would do.</summary>
    StageChange Change { get; }

    /// <summary>What would be changed, as <c>maxNodeCount: 1 → 3</c>, and what differs and would be left, which says <c>kept</c>.</summary>
    IReadOnlyList<string> Differences { get; }
}
