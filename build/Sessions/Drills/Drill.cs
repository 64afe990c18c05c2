using System.Globalization;
using Build.CommandLine;
using Build.CommandLine.Groups;
using Cake.Core;
using Experiments.Plans;
using Experiments.Plans.Jobs;
using Workspaces.Errors;

namespace Build.Sessions.Drills;

/// <summary>Rehearses the loss of nodes on the emulator: <c>--drill=evict@step:40</c>.</summary>
/// <remarks>A drill is a run of its own, with checkpoints of its own: a completed run has nothing to lose.</remarks>
public sealed class Drill(CommandArguments arguments, EmulatorSession emulators, TimeProvider time)
{
    private const string StepsKey = "RUN_PARAMS.STEPS";
    private const string Source = "--drill";

    /// <summary>Returns the name of the drill's job and the plan with checkpoints of its own; null without a drill.</summary>
    /// <exception cref="CakeException">
    /// A fault script is given as well, the workspace is on Azure, which takes nodes away by itself, or the job ends before the step.
    /// </exception>
    public (string Name, ExperimentPlan Plan)? Of(ExperimentPlan plan)
    {
        Check(plan);
        if (arguments.Get(TrainArguments.Drill).Count == 0)
            return null;
        var name = $"{plan.Name}{DrillScript.NamePart}{time.GetUtcNow().ToString("yyMMddHHmmss", CultureInfo.InvariantCulture)}";
        var outputs = plan.Job.Outputs.ToDictionary(
            output => output.Key,
            output => $"{output.Value.TrimEnd('/')}/{name}/",
            StringComparer.Ordinal
        );
        return (name, plan with { Job = plan.Job with { Outputs = outputs } });
    }

    /// <summary>Submits the job of a drill, which the emulator then carries out. The emulator ends its rules with the job.</summary>
    /// <param name="context">The run.</param>
    /// <param name="name">The name of the job.</param>
    /// <param name="submit">Submits it.</param>
    public async Task<T> SubmitAsync<T>(BuildContext context, string name, Func<Task<T>> submit)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(submit);
        var script = DrillScript.Of(name, arguments.Get(TrainArguments.Drill).Select(TrainArguments.StepOf));
        await emulators.SetFaultsAsync(context, script, Source, context.Cancellation);
        try
        {
            return await submit();
        }
        catch
        {
            await EndRulesAsync(context);
            throw;
        }
    }

    // No job will end them. The caller reports why the submission failed, so a second failure must not replace it.
    private async Task EndRulesAsync(BuildContext context)
    {
        try
        {
            await emulators.SetFaultsAsync(context, DrillScript.None, Source, CancellationToken.None);
        }
        catch (WorkspaceException error)
        {
            context.Warn($"The rules of the drill may still be active: {error.Message}");
        }
    }

    /// <summary>Checks that a plan can be drilled; without a drill any can.</summary>
    /// <exception cref="CakeException">
    /// A fault script is given as well, the workspace is on Azure, which takes nodes away by itself, or the job ends before the step.
    /// </exception>
    public void Check(ExperimentPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var drills = arguments.Get(TrainArguments.Drill);
        if (drills.Count == 0)
            return;
        if (arguments.IsGiven(EmulatorArguments.Faults))
            throw new CakeException("--drill and --faults are both given; it must be one of them, because a drill is a fault script.");
        if (plan.Workspace.Endpoint is null)
        {
            throw new CakeException(
                "--drill is given, and the workspace is on Azure; it must be an emulator, because only that takes nodes away on request. "
                    + "Choose an environment config with an ENDPOINT."
            );
        }

        CheckSteps(plan.Job, drills);
    }

    // A drill that never takes a node away rehearses nothing.
    private static void CheckSteps(JobPlan job, IReadOnlyList<string> drills)
    {
        if (job.Sweep?.Space.ContainsKey(SweepPlan.ParameterOf(StepsKey)) == true || job.Config["RUN_PARAMS"]?["STEPS"] is not { } value)
            return;
        var steps = value.GetValue<int>();
        if (drills.FirstOrDefault(drill => TrainArguments.StepOf(drill) > steps) is not { } late)
            return;
        throw new CakeException(
            $"--drill is {late}, and {StepsKey} is {steps}; it must be a step that the job reaches. "
                + $"Give a step of at most {steps}, or run with --set={StepsKey}={TrainArguments.StepOf(late)}."
        );
    }
}
