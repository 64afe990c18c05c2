namespace WorkspaceEmulator.Processes;

/// <summary>Says what /proc tells of a process.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">A letter, such as R for running and Z for one that has ended and whose parent has not asked how.</param>
/// <param name="Parent">Id of its parent.</param>
/// <param name="Session">Id of its session.</param>
internal sealed record ProcessStat(int Id, char State, int Parent, int Session)
{
    public bool IsAlive => State is not ('Z' or 'X');
}
