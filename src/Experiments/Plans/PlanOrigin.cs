namespace Experiments.Plans;

/// <summary>What a plan was made from on the command line, so that it can be made once more and compared.</summary>
/// <param name="Arguments">Values by the name of the argument, without dashes; of a switch that stands alone the value is empty.</param>
public sealed record PlanOrigin(IReadOnlyDictionary<string, IReadOnlyList<string>> Arguments);
