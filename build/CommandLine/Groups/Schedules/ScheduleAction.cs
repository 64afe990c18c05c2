namespace Build.CommandLine.Groups.Schedules;

/// <summary>What the target Schedule does.</summary>
public enum ScheduleAction
{
    Create,
    List,
    Pause,
    Resume,
    Delete,
}
