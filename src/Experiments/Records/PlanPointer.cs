namespace Experiments.Records;

/// <summary>Names the last plan. A plan's own file has no such key.</summary>
/// <param name="Plan">Name of the plan; null in the file of a plan.</param>
internal sealed record PlanPointer(string? Plan);
