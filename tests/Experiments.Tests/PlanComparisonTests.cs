using Experiments.Planning;
using Experiments.Plans;
using Experiments.Records;

namespace Experiments.Tests;

public class PlanComparisonTests
{
    private static readonly ExperimentPlan Plan = PlanFile.Read(Path.Combine(AppContext.BaseDirectory, "Expected", "emulator.plan.json"));

    private static readonly PlannedCall Cluster = new(
        "Create-Compute",
        "computes/gpu",
        CallAction.Create,
        ["vmSize: \"Standard_NC4as_T4_v3\""]
    );

    [Fact]
    public void Compare_FindsNothing_WhenOnlyTheCallsAndTheReasonDiffer() =>
        Assert.Empty(
            PlanComparison.Compare(
                Plan with
                {
                    Calls = [Cluster],
                },
                Plan with
                {
                    Runtime = Plan.Runtime with { Reason = "--runtime requests it" },
                }
            )
        );

    [Fact]
    public void Compare_NamesEachValueThatDiffers() =>
        Assert.Equal(
            [
                "compute.maxNodes: 2 → 4",
                "passport.datasetHash: \"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\" → absent",
            ],
            PlanComparison.Compare(
                Plan,
                Plan with
                {
                    Compute = Plan.Compute with { MaxNodes = 4 },
                    Passport = Plan.Passport with { DatasetHash = null },
                }
            )
        );

    [Fact]
    public void Compare_CutsLongValues() =>
        Assert.Equal(
            $"job.command: {PlanComparison.Values(Plan)["job.command"][..80]}… → \"true\"",
            Assert.Single(PlanComparison.Compare(Plan, Plan with { Job = Plan.Job with { Command = "true" } }))
        );

    [Theory]
    [InlineData(CallAction.Create, "", "")]
    [InlineData(CallAction.NoOp, "", "computes/gpu: planned create, now no-op")]
    [InlineData(CallAction.Update, "maxNodeCount: 1 → 3", "computes/gpu: planned create, now update (maxNodeCount: 1 → 3)")]
    public void CompareCalls_NamesTheChangedCalls(CallAction action, string field, string expected)
    {
        PlannedCall now = Cluster with { Action = action, Fields = field.Length == 0 ? [] : [field] };

        Assert.Equal(expected.Length == 0 ? [] : [expected], PlanComparison.CompareCalls([Cluster], [now]));
    }

    [Fact]
    public void CompareCalls_NamesMissingAndNewCalls() =>
        Assert.Equal(
            ["computes/gpu: planned create, now nothing", "computes/cpu: planned nothing, now create"],
            PlanComparison.CompareCalls([Cluster], [Cluster with { Resource = "computes/cpu" }])
        );
}
