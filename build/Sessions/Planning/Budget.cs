using System.Globalization;
using Build.CommandLine;
using Build.CommandLine.Groups.Models;
using Build.CommandLine.Groups.Pipelines;
using Build.Log;
using Cake.Core;
using Experiments.Plans;
using Experiments.Plans.Jobs;
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
        var minutes = (int)LimitOf(plan.Job).TotalMinutes;
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
        if (await FindPriceAsync(context, plan) is not { } price)
        {
            context.Report(
                "Budget",
                $"the service gives no price of {plan.Compute.VmSize}; --max-price is not checked; give the price: --node-price=AMOUNT"
            );
            return;
        }

        var total = price.Amount * HoursOf(plan.Job);
        var sum = string.Create(CultureInfo.InvariantCulture, $"{total:0.00} {price.Currency} ({Basis(plan.Job, price)})");
        if (total > amount)
        {
            var minutes = (int)(amount / total * (decimal)LimitOf(plan.Job).TotalMinutes);
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

    private async Task<NodePrice?> FindPriceAsync(BuildContext context, ExperimentPlan plan)
    {
        var compute = plan.Compute;
        if (PriceArguments.Find(arguments.Get(PriceArguments.NodePrice), compute.VmSize, compute.Priority.ToString()) is { } declared)
            return declared;
        var workspace = await session.OpenAsync(context, plan);
        return await NodePrice.ReadAsync(workspace, compute.Location, compute.VmSize, compute.Priority, context.Cancellation);
    }

    /// <summary>Returns RUN_PARAMS.TIMEOUT_MINUTES, which limits each trial of a sweep.</summary>
    private static TimeSpan LimitOf(JobPlan job) => job.Sweep?.TrialTimeout ?? job.Timeout;

    /// <summary>Returns the most hours that nodes may be used, in sum.</summary>
    private static decimal HoursOf(JobPlan job) =>
        job.InstanceCount
        * (
            job.Sweep is { } sweep
                ? Math.Min((decimal)sweep.TrialTimeout.TotalHours * sweep.MaxTrials, (decimal)job.Timeout.TotalHours * sweep.MaxConcurrent)
                : (decimal)job.Timeout.TotalHours
        );

    private static string Basis(JobPlan job, NodePrice price)
    {
        var perHour = price.Amount * job.InstanceCount;
        var minutes = LimitOf(job).TotalMinutes;
        return job.Sweep is { } sweep
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{perHour:0.###} per hour and trial, {sweep.MaxTrials} trials of {minutes:0} minutes"
            )
            : string.Create(CultureInfo.InvariantCulture, $"{perHour:0.###} per hour, {minutes:0} minutes");
    }
}
