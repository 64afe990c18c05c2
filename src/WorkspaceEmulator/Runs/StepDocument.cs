namespace WorkspaceEmulator.Runs;

/// <summary>Holds what makes a run a step of a pipeline, in the form of the run's file.</summary>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Name">Name of the step.</param>
internal sealed record StepDocument(string Pipeline, string Name);
