namespace WorkspaceEmulator.Processes;

/// <summary>Describes a process as /proc shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">A letter, such as R for running and Z for one that has ended and that its parent has not reaped.</param>
/// <param name="Parent">Id of its parent.</param>
/// <param name="Session">Id of its session.</param>
internal sealed record ProcessStat(int Id, char State, int Parent, int Session)
{
    public bool IsAlive => State is not ('Z' or 'X');
}
