namespace Build.CommandLine.Groups.Models;

/// <summary>The arguments that decide which jobs are deleted.</summary>
public sealed class JobCleaningArguments() : ArgumentGroup(CleaningArguments.OlderThan, CleaningArguments.Yes, JobArguments.ExperimentFile);
