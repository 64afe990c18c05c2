using System.Text.Json.Nodes;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning.Tests;

public class SweepTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static MachineLearningSweepJob Sweep() =>
        new(
            new MachineLearningObjective(MachineLearningGoal.Maximize, "eval_mAP"),
            new RandomSamplingAlgorithm { Rule = RandomSamplingAlgorithmRule.Sobol, Seed = 42 },
            BinaryData.FromString("""{"lr":["uniform",[0.001,0.1]],"batch":["choice",[[2,4]]]}"""),
            new MachineLearningTrialComponent("python train.py --lr ${{search_space.lr}}", Examples.EnvironmentId)
            {
                EnvironmentVariables = { ["A"] = "B" },
                Resources = new MachineLearningJobResourceConfiguration { InstanceCount = 1, ShmSize = "2g" },
            }
        )
        {
            DisplayName = "sweep",
            ExperimentName = "pothole",
            ComputeId = Examples.ComputeId,
            Identity = new AmlToken(),
            EarlyTermination = new BanditPolicy
            {
                SlackFactor = 0.1f,
                EvaluationInterval = 2,
                DelayEvaluation = 4,
            },
            Inputs = { ["data"] = new MachineLearningUriFolderJobInput(new Uri("azureml://datastores/test_data/paths/")) },
            Outputs = { ["checkpoints"] = new MachineLearningUriFolderJobOutput() },
            Limits = new MachineLearningSweepJobLimits
            {
                MaxTotalTrials = 12,
                MaxConcurrentTrials = 3,
                Timeout = TimeSpan.FromHours(4),
                TrialTimeout = TimeSpan.FromHours(1),
            },
        };

    [Fact]
    public async Task CreateOrUpdateAsync_SendsTheWholeSweep()
    {
        using var arm = new ScriptedArm().Answer(201, ScriptedArm.Example("job.json"));

        await arm.Workspace()
            .GetMachineLearningJobs()
            .CreateOrUpdateAsync(WaitUntil.Completed, "sweep", new MachineLearningJobData(Sweep()), None);

        Assert.Equal(ScriptedArm.Read("Requests/create-sweep.expected.txt"), arm.Transcript);
    }

    [Fact]
    public async Task GetAsync_ReadsWhatWasSent()
    {
        using var arm = new ScriptedArm().Answer(201, ScriptedArm.Example("job.json"));
        await arm.Workspace()
            .GetMachineLearningJobs()
            .CreateOrUpdateAsync(WaitUntil.Started, "s", new MachineLearningJobData(Sweep()), None);
        var sent = (JsonObject)
            JsonNode.Parse(arm.Transcript[arm.Transcript.IndexOf('{', StringComparison.Ordinal)..])!["properties"]!.DeepClone();
        sent["status"] = "Running";

        using var reader = new ScriptedArm().Answer(200, ScriptedArm.Example("job.json", "properties", sent));
        var read = (await reader.Workspace().GetMachineLearningJobAsync("sweep", None)).Value.Data.Properties;

        var sweep = Assert.IsType<MachineLearningSweepJob>(read);
        Assert.Equal(MachineLearningJobStatus.Running, sweep.Status);
        Assert.Equal((MachineLearningGoal.Maximize, "eval_mAP"), (sweep.Objective.Goal, sweep.Objective.PrimaryMetric));
        Assert.Equal(RandomSamplingAlgorithmRule.Sobol, Assert.IsType<RandomSamplingAlgorithm>(sweep.SamplingAlgorithm).Rule);
        Assert.Equal(0.1f, Assert.IsType<BanditPolicy>(sweep.EarlyTermination).SlackFactor);
        Assert.Equal((12, 3), (sweep.Limits!.MaxTotalTrials, sweep.Limits.MaxConcurrentTrials));
        Assert.Equal(TimeSpan.FromHours(1), sweep.Limits.TrialTimeout);
        Assert.Equal("B", sweep.Trial.EnvironmentVariables["A"]);
        Assert.Contains("uniform", sweep.SearchSpace.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetAsync_ReadsTheSweep_WhenItsPartsAreOfUnknownKinds()
    {
        using var arm = new ScriptedArm().Answer(
            200,
            ScriptedArm.Example(
                "job.json",
                "properties",
                JsonNode.Parse(
                    """
                    {"jobType":"Sweep","status":"Running","samplingAlgorithm":{"samplingAlgorithmType":"New"},
                     "earlyTermination":{"policyType":"New","delayEvaluation":3}}
                    """
                )
            )
        );

        var sweep = Assert.IsType<MachineLearningSweepJob>(
            (await arm.Workspace().GetMachineLearningJobAsync("sweep", None)).Value.Data.Properties
        );

        Assert.Equal(3, sweep.EarlyTermination!.DelayEvaluation);
    }
}
