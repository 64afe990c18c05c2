using Experiments.Json;
using Experiments.Planning;
using Experiments.Reading;

namespace Experiments.Tests;

public class DistributedTests
{
    [Theory]
    [InlineData("Standard_NC4as_T4_v3", 1, null)]
    [InlineData("Standard_NC4as_T4_v3", 2, 1)]
    [InlineData("Standard_NC64as_T4_v3", 1, 4)]
    [InlineData("standard_nd96isr_h100_v5", 2, 8)]
    [InlineData("Standard_DS3_v2", 3, 1)]
    public void Plan_HasTheProcessesOfTheNodes(string size, int nodes, int? processes)
    {
        var experiment = ExperimentReader.Parse(
            ExperimentText.Valid,
            "demo.json",
            ["NODES=4", $"COMPUTE.VM_SIZE={size}", $"RUN_PARAMS.DISTRIBUTED_NODES={nodes}"]
        );

        var job = JobPlanner.Plan("demo", experiment);

        Assert.Equal((nodes, processes), (job.InstanceCount, job.ProcessesPerInstance));
    }

    [Theory]
    [InlineData("Standard_NC8as_T4_v3", true)]
    [InlineData("Standard_NC64as_T4_v3", false)]
    public void ResultHash_Changes_ExactlyWhenTheSizeHasOtherProcesses(string size, bool isSame)
    {
        Assert.Equal(isSame, HashOf("Standard_NC4as_T4_v3") == HashOf(size));

        static string HashOf(string size) =>
            ResultHash.Compute(
                ExperimentReader.Parse(ExperimentText.Valid, "demo.json", [$"COMPUTE.VM_SIZE={size}"]),
                image: null,
                build: null,
                codeHash: null,
                datasetHash: null
            );
    }

    [Theory]
    [InlineData(
        "",
        "HYPERTUNE_PARAMS.MAX_CONCURRENT is 4, which is NODES; it must be at most 2, because each trial takes 2 "
            + "(RUN_PARAMS.DISTRIBUTED_NODES) of 4 nodes (NODES). Edit it, or run with --set=HYPERTUNE_PARAMS.MAX_CONCURRENT=2."
    )]
    [InlineData(
        "HYPERTUNE_PARAMS.MAX_CONCURRENT=3",
        "HYPERTUNE_PARAMS.MAX_CONCURRENT is 3; it must be at most 2, because each trial takes 2"
    )]
    [InlineData(
        """HYPERTUNE_PARAMS.SEARCH_SPACE={"RUN_PARAMS.DISTRIBUTED_NODES":["choice",[[1,2]]]}""",
        "RUN_PARAMS.DISTRIBUTED_NODES is a key of the search space; it must be left out, because every trial of a sweep has the same nodes"
    )]
    public void Parse_IsRefused_WhenASweepCannotHaveTheNodes(string value, string fault)
    {
        string[] values = ["HYPERTUNE=true", "NODES=4", "RUN_PARAMS.DISTRIBUTED_NODES=2", .. value.Length == 0 ? [] : new[] { value }];

        var error = Assert.Throws<ConfigException>(() => ExperimentReader.Parse(ExperimentText.Valid, "demo.json", values));

        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TakesASweep_WhoseTrialsFitTheNodes()
    {
        var experiment = ExperimentReader.Parse(
            ExperimentText.Valid,
            "demo.json",
            ["HYPERTUNE=true", "NODES=4", "RUN_PARAMS.DISTRIBUTED_NODES=2", "HYPERTUNE_PARAMS.MAX_CONCURRENT=2"]
        );

        Assert.Equal(2, JobPlanner.Plan("demo", experiment).Sweep?.MaxConcurrent);
    }
}
