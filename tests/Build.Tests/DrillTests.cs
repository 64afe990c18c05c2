using System.Text.Json.Nodes;
using Build.CommandLine;
using Build.Sessions.Drills;
using Cake.Core;
using Experiments.Planning;
using Experiments.Plans;
using Fixtures.Services;
using NSubstitute;

namespace Build.Tests;

public class DrillTests
{
    private const string Stamp = "261101100000";

    private static readonly ExperimentPlan Sweep = TestPlans.Experiment with
    {
        Job = TestPlans.Job with { Sweep = new("eval_mAP", "Maximize", "grid", null, [], 12, 3, TimeSpan.FromHours(1), null) },
    };

    private static Drill With(params string[] drills)
    {
        var arguments = Substitute.For<ICakeArguments>();
        arguments.HasArgument("drill").Returns(drills.Length > 0);
        arguments.GetArguments("drill").Returns(drills);
        var time = Substitute.For<TimeProvider>();
        time.GetUtcNow().Returns(new DateTimeOffset(2026, 11, 1, 10, 0, 0, TimeSpan.Zero));
        var given = new CommandArguments(arguments, Substitute.For<ICakeEnvironment>());
        return new Drill(given, time);
    }

    [Fact]
    public void Of_ReturnsNull_WithoutADrill() => Assert.Null(With().Of(Sweep));

    [Fact]
    public void Of_GivesASweepANameAndCheckpointsOfItsOwn()
    {
        var (name, plan) = With("evict@step:40").Of(Sweep)!.Value;

        Assert.Equal($"pothole-0123456789ab-drill-{Stamp}", name);
        Assert.Equal(
            $"azureml://datastores/workspaceblobstore/paths/checkpoints/pothole-0123456789ab/{name}/",
            Assert.Single(plan.Job.Outputs).Value
        );
    }

    // In its request, so that a run that is killed before or after the submission leaves nothing behind.
    [Fact]
    public void Of_SaysInTheRequestWhenNodesAreLost()
    {
        var (_, plan) = With("evict@step:80", "evict@step:40").Of(Sweep)!.Value;

        Assert.Equal("80,40", JobMetadata.Properties(plan)["emulator.preemptAtSteps"]);
        Assert.DoesNotContain("emulator.preemptAtSteps", JobMetadata.Properties(Sweep).Keys);
    }

    [Fact]
    public void Check_Throws_WhenTheJobEndsBeforeTheStep() =>
        Assert.Equal(
            "--drill is evict@step:1001, and RUN_PARAMS.STEPS is 1000; it must be a step that the job reaches. "
                + "Give a step of at most 1000, or run with --set=RUN_PARAMS.STEPS=1001.",
            Assert.Throws<CakeException>(() => With("evict@step:1000", "evict@step:1001").Check(Sweep)).Message
        );

    [Fact]
    public void Check_AcceptsAnyStep_WhenTheSweepSearchesTheSteps() =>
        With("evict@step:1001")
            .Check(
                Sweep with
                {
                    Job = Sweep.Job with
                    {
                        Sweep = Sweep.Job.Sweep! with
                        {
                            Space = new() { ["RUN_PARAMS__STEPS"] = new JsonArray("choice", new JsonArray(1000, 2000)) },
                        },
                    },
                }
            );

    [Fact]
    public void Check_Throws_WhenTheWorkspaceIsOnAzure() =>
        Assert.StartsWith(
            "--drill is given, and the workspace is on Azure; it must be an emulator",
            Assert
                .Throws<CakeException>(() =>
                    With("evict@step:1").Check(Sweep with { Workspace = Sweep.Workspace with { Endpoint = null } })
                )
                .Message,
            StringComparison.Ordinal
        );
}
