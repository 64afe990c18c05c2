namespace Experiments.Plans;

/// <summary>The command line from which a plan was made, so that it can be made again and compared.</summary>
/// <param name="Arguments">Values by the name of the argument, without dashes. A switch without a value has an empty one.</param>
public sealed record PlanOrigin(IReadOnlyDictionary<string, IReadOnlyList<string>> Arguments);
