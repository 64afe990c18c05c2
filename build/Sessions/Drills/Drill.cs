using System.Globalization;
using Build.CommandLine;
using Build.CommandLine.Groups;
using Cake.Core;
using Experiments.Plans;
using Experiments.Plans.Jobs;

namespace Build.Sessions.Drills;

/// <summary>Rehearses the loss of nodes on the emulator: <c>--drill=evict@step:40</c>.</summary>
/// <remarks>
/// A drill is a run of its own, with checkpoints of its own: a completed run has nothing to lose. Its request says when it loses its nodes,
/// so that nothing has to be set before or removed after it.
/// </remarks>
public sealed class Drill(CommandArguments arguments, TimeProvider time)
{
    private const string StepsKey = "RUN_PARAMS.STEPS";
    private const string NamePart = "-drill-"; // A plain job's name lacks it.

    /// <summary>Returns the name of the drill's job and the plan that drills it; null without a drill.</summary>
    /// <exception cref="CakeException">
    /// The workspace is on Azure, which takes nodes away by itself, or the job ends before the step.
    /// </exception>
    public (string Name, ExperimentPlan Plan)? Of(ExperimentPlan plan)
    {
        Check(plan);
        var drills = arguments.Get(TrainArguments.Drill);
        if (drills.Count == 0)
            return null;
        var name = $"{plan.Name}{NamePart}{time.GetUtcNow().ToString("yyMMddHHmmss", CultureInfo.InvariantCulture)}";
        var outputs = plan.Job.Outputs.ToDictionary(
            output => output.Key,
            output => $"{output.Value.TrimEnd('/')}/{name}/",
            StringComparer.Ordinal
        );
        return (name, plan with { Job = plan.Job with { Outputs = outputs, PreemptAtSteps = [.. drills.Select(TrainArguments.StepOf)] } });
    }

    /// <summary>Checks that a plan can be drilled; without a drill any can.</summary>
    /// <exception cref="CakeException">
    /// The workspace is on Azure, which takes nodes away by itself, or the job ends before the step.
    /// </exception>
    public void Check(ExperimentPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var drills = arguments.Get(TrainArguments.Drill);
        if (drills.Count == 0)
            return;
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
