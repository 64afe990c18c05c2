using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning.Tests;

public class DistributionTests
{
    [Fact]
    public async Task CreateOrUpdateAsync_SendsAndReadsTheDistribution()
    {
        using var arm = new ScriptedArm().Answer(
            201,
            """{"properties":{"jobType":"Command","command":"x","distribution":{"distributionType":"PyTorch","processCountPerInstance":4}}}"""
        );
        var job = new MachineLearningCommandJob("python train.py", Examples.EnvironmentId)
        {
            Distribution = new PyTorchDistributionConfiguration { ProcessCountPerInstance = 4 },
        };

        var created = await arm.Workspace()
            .GetMachineLearningJobs()
            .CreateOrUpdateAsync(WaitUntil.Completed, "spread", new MachineLearningJobData(job), CancellationToken.None);

        Assert.Matches(
            """
            "distribution": \{\s+"distributionType": "PyTorch",\s+"processCountPerInstance": 4\s+\}
            """,
            arm.Transcript
        );
        var read = Assert.IsType<MachineLearningCommandJob>(created.Value.Data.Properties);
        Assert.Equal(4, Assert.IsType<PyTorchDistributionConfiguration>(read.Distribution).ProcessCountPerInstance);
    }
}
