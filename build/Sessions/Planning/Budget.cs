using System.Globalization;
using Build.CommandLine;
using Build.CommandLine.Groups.Pipelines;
using Build.Log;
using Cake.Core;
using Experiments.Plans;
using Workspaces.Computes;

namespace Build.Sessions.Planning;

/// <summary>Checks the possible cost of a job until its time limit, before anything is changed.</summary>
public sealed class Budget(CommandArguments arguments, WorkspaceSession session)
{
    /// <summary>Checks a plan with <c>--max-minutes</c> and <c>--max-price</c>.</summary>
    /// <exception cref="CakeException">The plan is over the budget; says which setting to lower.</exception>
    public async Task CheckAsync(BuildContext context, ExperimentPlan plan)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(plan);
        var minutes = (int)plan.Job.Timeout.TotalMinutes;
        if (arguments.Get(BudgetArguments.MaxMinutes) is { } most && minutes > most)
        {
            throw new CakeException(
                $"RUN_PARAMS.TIMEOUT_MINUTES is {minutes}; it must be at most {most} (--max-minutes). "
                    + $"Edit it, or run with --set=RUN_PARAMS.TIMEOUT_MINUTES={most}."
            );
        }

        if (arguments.Get(BudgetArguments.MaxPrice) is { } amount)
            await CheckPriceAsync(context, plan, amount);
    }

    private async Task CheckPriceAsync(BuildContext context, ExperimentPlan plan, decimal amount)
    {
        var workspace = await session.OpenAsync(context, plan);
        if (
            await NodePrice.ReadAsync(workspace, plan.Compute.Location, plan.Compute.VmSize, plan.Compute.Priority, context.Cancellation)
            is not { } price
        )
        {
            context.Report("Budget", $"the service gives no price of {plan.Compute.VmSize}; --max-price is not checked");
            return;
        }

        var perHour = price.Amount * plan.Job.InstanceCount;
        var total = perHour * (decimal)plan.Job.Timeout.TotalHours;
        var sum = string.Create(
            CultureInfo.InvariantCulture,
            $"{total:0.00} {price.Currency} ({perHour:0.###} per hour, {plan.Job.Timeout.TotalMinutes:0} minutes)"
        );
        if (total > amount)
        {
            var minutes = (int)(amount / perHour * 60);
            throw new CakeException(
                string.Create(CultureInfo.InvariantCulture, $"The job may cost {sum}; it must be at most {amount:0.00} (--max-price). ")
                    + (
                        minutes > 0
                            ? $"Lower its time limit: --set=RUN_PARAMS.TIMEOUT_MINUTES={minutes}."
                            : "Choose a cheaper COMPUTE.VM_SIZE."
                    )
            );
        }

        context.Report("Budget", $"at most {sum}");
    }
}
