using Workspaces.Connection;

namespace Workspaces.Schedules;

/// <summary>A schedule as the workspace has it.</summary>
/// <param name="Name">Name of the schedule.</param>
/// <param name="IsEnabled">Whether it fires.</param>
/// <param name="When">When it fires, in words.</param>
/// <param name="Job">The job that it submits, in words.</param>
/// <param name="Change">The change that this run made.</param>
public sealed record ScheduleState(string Name, bool IsEnabled, string When, string Job, StageChange Change);
