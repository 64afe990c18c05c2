namespace Experiments.Plans.Passports;

/// <summary>The versions of the software of a run. The trainer adds those of Python and its packages.</summary>
/// <param name="ModelTraining">The version of this project.</param>
public sealed record PassportVersions(string ModelTraining);
