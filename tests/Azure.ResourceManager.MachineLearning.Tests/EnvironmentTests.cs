using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning.Tests;

public class EnvironmentTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static MachineLearningEnvironmentContainerResource Detection(ScriptedArm arm) =>
        arm.Connect()
            .GetMachineLearningEnvironmentContainerResource(
                MachineLearningEnvironmentContainerResource.CreateResourceIdentifier(
                    ScriptedArm.SubscriptionId,
                    "ml-rg",
                    "ml-ws",
                    "detection"
                )
            );

    [Fact]
    public async Task CreateOrUpdateAsync_SendsTheVersion_AndIsCompleteAtOnce()
    {
        using var arm = new ScriptedArm().Answer(201, ScriptedArm.Example("environment.json"));

        var operation = await Detection(arm)
            .GetMachineLearningEnvironmentVersions()
            .CreateOrUpdateAsync(WaitUntil.Completed, "0a1b2c", Examples.Environment(), None);

        Assert.Equal(ScriptedArm.Read("Requests/create-environment.expected.txt"), arm.Transcript);
        Assert.True(operation.HasCompleted);
        Assert.Equal(Examples.EnvironmentId, operation.Value.Id);
    }

    [Fact]
    public async Task UpdateAsync_SendsABuildContext()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("environment.json"));
        var data = new MachineLearningEnvironmentVersionData(
            new MachineLearningEnvironmentVersionProperties
            {
                Build = new MachineLearningBuildContext(new Uri("https://roads.blob.core.windows.net/c/context/"))
                {
                    DockerfilePath = "docker/Dockerfile",
                },
                CondaFile = "dependencies: []",
                IsArchived = true,
            }
        );

        await arm.Connect()
            .GetMachineLearningEnvironmentVersionResource(Examples.EnvironmentId)
            .UpdateAsync(WaitUntil.Completed, data, None);

        Assert.Equal(ScriptedArm.Read("Requests/update-environment.expected.txt"), arm.Transcript);
    }

    [Fact]
    public async Task GetMachineLearningEnvironmentVersionAsync_ReadsTheVersion()
    {
        using var arm = new ScriptedArm().Answer(
            200,
            ScriptedArm.Example(
                "environment.json",
                "properties.build",
                new System.Text.Json.Nodes.JsonObject { ["contextUri"] = "https://git/x" }
            )
        );

        var version = (await Detection(arm).GetMachineLearningEnvironmentVersionAsync("0a1b2c", None)).Value.Data;

        Assert.Equal($"GET https://management.azure.com{Examples.EnvironmentId}?api-version=2024-10-01\n", arm.Transcript);
        Assert.StartsWith("roads.azurecr.io/detection@sha256:", version.Properties.Image, StringComparison.Ordinal);
        Assert.Equal(MachineLearningEnvironmentType.UserCreated, version.Properties.EnvironmentType);
        Assert.Equal(AutoRebuildSetting.Disabled, version.Properties.AutoRebuild);
        Assert.Equal(MachineLearningOperatingSystemType.Linux, version.Properties.OSType);
        Assert.Equal("https://git/x", version.Properties.Build?.ContextUri.ToString());
        Assert.False(version.Properties.IsArchived);
    }

    [Fact]
    public async Task ExistsAsync_ReturnsTrue_WhenTheServiceResponds200()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("environment.json"));

        Assert.True((await Detection(arm).GetMachineLearningEnvironmentVersions().ExistsAsync("0a1b2c", None)).Value);
    }

    [Fact]
    public async Task GetAllAsync_ListsTheVersions()
    {
        using var arm = new ScriptedArm().Answer(200, $$"""{"value":[{{ScriptedArm.Example("environment.json")}}]}""");

        var names = new List<string>();
        await foreach (
            var version in Detection(arm)
                .GetMachineLearningEnvironmentVersions()
                .GetAllAsync("createdtime desc", 1, listViewType: MachineLearningListViewType.All, cancellationToken: None)
        )
        {
            names.Add(version.Data.Name);
        }

        Assert.Equal(ScriptedArm.Read("Requests/list-environment-versions.expected.txt"), arm.Transcript);
        Assert.Equal(["0a1b2c"], names);
    }
}
