using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning.Tests;

public class ValueTests
{
    [Fact]
    public void Equals_ReturnsTrue_WhateverTheCase()
    {
        MachineLearningNodeState state = "Idle";

        Assert.True(state == MachineLearningNodeState.Idle);
        Assert.Equal(state.GetHashCode(), MachineLearningNodeState.Idle.GetHashCode());
        Assert.Equal("idle", MachineLearningNodeState.Idle.ToString());
        Assert.True(state != MachineLearningNodeState.Running);
        Assert.Throws<ArgumentNullException>(() => new MachineLearningNodeState(null!));
        Assert.Equal(default(MachineLearningNodeState), default);
    }

    [Fact]
    public void JobStatus_HasEveryValueOfTheService()
    {
        var names = typeof(MachineLearningJobStatus)
            .GetProperties()
            .Select(property => $"{property.GetValue(null)}")
            .Order(StringComparer.Ordinal);

        Assert.Equal(
            [
                "CancelRequested",
                "Canceled",
                "Completed",
                "Failed",
                "Finalizing",
                "NotResponding",
                "NotStarted",
                "Paused",
                "Preparing",
                "Provisioning",
                "Queued",
                "Running",
                "Starting",
                "Unknown",
            ],
            names
        );
    }
}
