using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Workspaces;

/// <summary>Holds what the command line says about workspaces.</summary>
/// <param name="Workspaces">Workspaces that exist from the start.</param>
/// <param name="Location">Region of workspaces that name none.</param>
/// <param name="Quotas">Limits of quotas, by name, that differ from the emulator's own.</param>
internal sealed record WorkspaceSettings(IReadOnlyList<WorkspaceName> Workspaces, string Location, IReadOnlyDictionary<string, int> Quotas)
{
    /// <summary>Gets whether jobs run in containers.</summary>
    public bool RunsContainers { get; init; }
}
