namespace WorkspaceEmulator.Jobs;

/// <summary>Describes a step of a pipeline.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Needs">The steps whose outputs it reads.</param>
internal sealed record PipelineStep(string Name, IReadOnlyList<string> Needs);
