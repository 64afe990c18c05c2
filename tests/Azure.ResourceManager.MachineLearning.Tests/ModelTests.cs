using System.Text.Json.Nodes;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning.Tests;

public class ModelTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static MachineLearningModelContainerResource Pothole(ScriptedArm arm) =>
        arm.Connect()
            .GetMachineLearningModelContainerResource(
                MachineLearningModelContainerResource.CreateResourceIdentifier(ScriptedArm.SubscriptionId, "ml-rg", "ml-ws", "pothole")
            );

    [Fact]
    public async Task CreateOrUpdateAsync_SendsTheVersion()
    {
        using var arm = new ScriptedArm().Answer(201, ScriptedArm.Example("model.json"));
        var data = new MachineLearningModelVersionData(
            new MachineLearningModelVersionProperties
            {
                Description = "From the newest pictures",
                Flavors = { ["python_function"] = new MachineLearningFlavorData { Data = { ["python_version"] = "3.11.2" } } },
                JobName = "pothole-0a1b2c",
                ModelType = "mlflow_model",
                ModelUri = new Uri("azureml://jobs/pothole-0a1b2c/outputs/artifacts/paths/outputs/final_model/"),
                Properties = { ["job"] = "pothole-0a1b2c" },
                Stage = "Staging",
                Tags = { ["stage"] = "Staging" },
            }
        );

        var created = await Pothole(arm).GetMachineLearningModelVersions().CreateOrUpdateAsync(WaitUntil.Completed, "3", data, None);

        Assert.Equal(ScriptedArm.Read("Requests/create-model.expected.txt"), arm.Transcript);
        Assert.True(created.HasCompleted);
        Assert.Equal("3", created.Value.Id.Name);
    }

    [Fact]
    public async Task UpdateAsync_SendsBackEveryMemberThatWasRead()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("model.json")).Answer(200, ScriptedArm.Example("model.json"));

        var version = (await Pothole(arm).GetMachineLearningModelVersionAsync("3", None)).Value;
        version.Data.Properties.Tags.Remove("stage");
        await arm.Connect().GetMachineLearningModelVersionResource(version.Id).UpdateAsync(WaitUntil.Completed, version.Data, None);

        Assert.Equal(ScriptedArm.Read("Requests/update-model.expected.txt"), arm.Transcript);
    }

    [Fact]
    public async Task GetAllAsync_ListsTheVersionsThatTheOptionsName()
    {
        using var arm = new ScriptedArm().Answer(200, $$"""{"value":[{{ScriptedArm.Example("model.json")}}]}""");
        var options = new MachineLearningModelVersionCollectionGetAllOptions
        {
            Properties = "job=pothole-0a1b2c",
            Tags = "stage=Staging",
            Top = 10,
            ListViewType = MachineLearningListViewType.All,
        };

        var names = new List<string>();
        await foreach (var version in Pothole(arm).GetMachineLearningModelVersions().GetAllAsync(options, None))
            names.Add(version.Data.Name);

        Assert.Equal(ScriptedArm.Read("Requests/list-model-versions.expected.txt"), arm.Transcript);
        Assert.Equal(["3"], names);
    }

    [Fact]
    public async Task GetAsync_ReadsTheNextVersion()
    {
        using var arm = new ScriptedArm().Answer(200, Container()).Answer(200, $$"""{"value":[{{Container()}}]}""");

        var container = (await Pothole(arm).GetAsync(None)).Value.Data;
        var names = new List<string>();
        await foreach (var model in arm.Workspace().GetMachineLearningModelContainers().GetAllAsync(cancellationToken: None))
            names.Add(model.Data.Name);

        Assert.Equal(("3", "4"), (container.Properties.LatestVersion, container.Properties.NextVersion));
        Assert.Equal(["pothole"], names);
        Assert.Equal(ScriptedArm.Read("Requests/list-models.expected.txt"), arm.Transcript);
    }

    private static string Container() =>
        new JsonObject
        {
            ["id"] = $"{ScriptedArm.WorkspacePath}/models/pothole",
            ["name"] = "pothole",
            ["properties"] = new JsonObject { ["latestVersion"] = "3", ["nextVersion"] = "4" },
        }.ToJsonString();
}
