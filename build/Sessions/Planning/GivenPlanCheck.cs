using Build.CommandLine;
using Cake.Core;
using Experiments.Planning;
using Experiments.Plans;

namespace Build.Sessions.Planning;

/// <summary>
/// Checks that a plan given with <c>--plan</c> is still what would be planned now: it is carried out as it was made, or not at all.
/// </summary>
public sealed class GivenPlanCheck(CommandArguments arguments, PlanStore plans)
{
    /// <summary>Compares the given plan with the plan that its files make now.</summary>
    /// <exception cref="CakeException">They differ; lists the differences.</exception>
    public void Check(BuildContext context, ExperimentPlan plan)
    {
        if (arguments.GivenPlan is { } given && PlanComparison.Compare(given.Plan, plan) is { Count: > 0 } differences)
        {
            throw new CakeException(
                Describe(
                    $"--plan is {given.Path}, and what it was made from has changed; it must be carried out as it was made.",
                    differences,
                    $"Make it again: {plans.PlanCommand(context)}"
                )
            );
        }
    }

    /// <summary>Compares the calls of the given plan with the calls that the workspace and the registry need now.</summary>
    /// <exception cref="CakeException">They differ; lists the differences.</exception>
    public void CheckCalls(BuildContext context, IReadOnlyList<PlannedCall> calls)
    {
        if (
            arguments.GivenPlan is { Plan.Calls: { } planned } given
            && PlanComparison.CompareCalls(planned, calls) is { Count: > 0 } differences
        )
        {
            throw new CakeException(
                Describe(
                    $"--plan is {given.Path}, and the workspace or the registry has changed since it was made; nothing was changed.",
                    differences,
                    $"Show the new plan: {plans.PlanCommand(context)}"
                )
            );
        }
    }

    private static string Describe(string fault, IEnumerable<string> differences, string remedy) =>
        string.Join(Environment.NewLine, [fault, .. differences.Select(difference => $"  {difference}"), remedy]);
}
