namespace Experiments.Plans.Jobs;

/// <summary>A folder a job reads, mounted read-only.</summary>
/// <param name="Uri"><c>azureml://datastores/{name}/paths/…</c>.</param>
public sealed record JobInputPlan(string Uri);
