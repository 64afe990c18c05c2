using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Resources;

namespace Azure.ResourceManager.MachineLearning.Tests;

public class WorkspaceTests
{
    private static ResourceGroupResource ResourceGroup(ArmClient client) =>
        client.GetResourceGroupResource(ResourceGroupResource.CreateResourceIdentifier(ScriptedArm.SubscriptionId, "ml-rg"));

    [Fact]
    public async Task GetMachineLearningWorkspaceAsync_ReturnsTheWorkspace_OfTheName()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("workspace.json"));

        var workspace = (
            await ResourceGroup(arm.Connect()).GetMachineLearningWorkspaceAsync("ml-ws", TestContext.Current.CancellationToken)
        ).Value;

        Assert.Equal([$"GET https://management.azure.com{ScriptedArm.WorkspacePath}?api-version=2024-10-01\n"], arm.Requests);
        Assert.Equal(ScriptedArm.WorkspacePath, workspace.Id.ToString());
        Assert.True(workspace.HasData);
        var data = workspace.Data;
        Assert.Equal("ml-ws", data.Name);
        Assert.Equal(AzureLocation.WestEurope, data.Location);
        Assert.Equal("roads", data.Tags["team"]);
        Assert.Equal("00000000-0000-0000-0000-00000000000c", data.WorkspaceId);
        Assert.Equal("Roads", data.FriendlyName);
        Assert.Null(data.ContainerRegistry);
        Assert.Equal(new Uri("https://westeurope.api.azureml.ms/discovery"), data.DiscoveryUri);
        Assert.Equal("azureml", data.MlFlowTrackingUri?.Scheme);
        Assert.Equal(MachineLearningProvisioningState.Succeeded, data.ProvisioningState);
        Assert.Equal(new Guid("00000000-0000-0000-0000-00000000000b"), data.TenantId);
        Assert.Equal(new Guid("00000000-0000-0000-0000-00000000000a"), data.Identity?.PrincipalId);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), data.SystemData.CreatedOn);
    }

    [Fact]
    public async Task GetAsync_ReadsTheData_OfAHandle()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("workspace.json"));
        var handle = arm.Workspace();

        Assert.False(handle.HasData);
        Assert.Throws<InvalidOperationException>(() => handle.Data);
        Assert.Equal("Potholes", (await handle.GetAsync(TestContext.Current.CancellationToken)).Value.Data.Description);
    }

    [Fact]
    public async Task GetAsync_SendsTheApiVersion_OfTheOptions()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("workspace.json")).Answer(200, ScriptedArm.Example("job.json"));
        var workspace = arm.Workspace(options => options.SetApiVersion(MachineLearningJobResource.ResourceType, "2025-09-01"));

        await workspace.GetAsync(TestContext.Current.CancellationToken);
        await workspace.GetMachineLearningJobAsync("pothole-0a1b2c", TestContext.Current.CancellationToken);

        Assert.EndsWith("?api-version=2024-10-01\n", arm.Requests[0]);
        Assert.EndsWith("/jobs/pothole-0a1b2c?api-version=2025-09-01\n", arm.Requests[1]);
    }

    [Fact]
    public async Task GetAsync_UsesTheEndpoint_OfTheEnvironment()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("workspace.json"));
        var workspace = arm.Workspace(options =>
            options.Environment = new ArmEnvironment(new Uri("https://localhost:40123/"), "https://management.azure.com/")
        );

        await workspace.GetAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("GET https://localhost:40123/subscriptions/", arm.Requests[0]);
    }

    [Fact]
    public async Task ExistsAsync_ReturnsFalse_WhenTheServiceResponds404()
    {
        using var arm = new ScriptedArm().Answer(404, """{"error":{"code":"ResourceNotFound","message":"not there"}}""");

        Assert.False(
            (
                await ResourceGroup(arm.Connect()).GetMachineLearningWorkspaces().ExistsAsync("x", TestContext.Current.CancellationToken)
            ).Value
        );
    }

    [Fact]
    public void GetMachineLearningJobResource_Throws_WhenTheIdIsOfAnotherType()
    {
        using var arm = new ScriptedArm();

        var error = Assert.Throws<ArgumentException>(() => arm.Connect().GetMachineLearningJobResource(Examples.ComputeId));

        Assert.Contains("it must be of type Microsoft.MachineLearningServices/workspaces/jobs", error.Message, StringComparison.Ordinal);
    }
}
