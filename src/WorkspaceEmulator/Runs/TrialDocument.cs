using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Runs;

/// <summary>Holds what makes a run a trial of a sweep, in the form of the run's file.</summary>
/// <param name="Sweep">Name of the sweep.</param>
/// <param name="Number">Number of the trial, from 0.</param>
/// <param name="Values">The value of each parameter.</param>
/// <param name="IsEndedEarly">Whether the early termination policy has requested its end.</param>
internal sealed record TrialDocument(string Sweep, int Number, JsonObject Values, bool IsEndedEarly = false);
