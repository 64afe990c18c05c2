namespace Experiments.Plans.Jobs;

/// <summary>A folder a job writes, mounted read-write, which outlives the job.</summary>
/// <param name="Uri"><c>azureml://datastores/{name}/paths/…</c>.</param>
public sealed record JobOutputPlan(string Uri);
