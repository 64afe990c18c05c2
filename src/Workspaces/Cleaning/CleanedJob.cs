namespace Workspaces.Cleaning;

/// <summary>The decision about a job that is old enough to be deleted.</summary>
/// <param name="Name">Name of the job.</param>
/// <param name="Created">Time of its submission.</param>
/// <param name="KeptBecause">What needs the job, in words; null when nothing does, so that it can be deleted.</param>
public sealed record CleanedJob(string Name, DateTimeOffset Created, string? KeptBecause);
