using System.Net;
using WorkspaceEmulator.Tests;

namespace Infra.Tests;

public class DeploymentTests
{
    [Fact]
    public async Task Deployment_MakesTheWorkspace_AndChangesNothingTheSecondTime()
    {
        await using var emulator = await TestEmulator.StartAsync(options => options with { RegistryService = "localhost:5001" });
        var body = await DeployedTemplate.BodyAsync();

        var planned = await DeployedTemplate.CompareAsync(emulator, body);
        var deployment = await DeployedTemplate.DeployAsync(emulator, body);
        var again = await DeployedTemplate.CompareAsync(emulator, body);

        Assert.All(planned.Values, change => Assert.Equal("Create", change));
        Assert.True((string?)deployment["properties"]!["provisioningState"] == "Succeeded", deployment.ToJsonString());
        Assert.Equal(planned.Keys, again.Keys);
        Assert.All(again, change => Assert.Equal("NoChange", change.Value));
        var outputs = deployment["properties"]!["outputs"]!;
        Assert.Equal("localhost:5001", (string?)outputs["registry"]!["value"]);
        Assert.Equal("mlw-dev", (string?)outputs["workspace"]!["value"]);
        Assert.Matches("^[0-9a-f-]{36}$", (string?)outputs["trainingClientId"]!["value"]);
        var cluster = await emulator.GetAsync($"{DeployedTemplate.Workspace}/computes/gpu?api-version=2024-10-01");
        Assert.Equal("Succeeded", (string?)cluster["properties"]!["provisioningState"]);
        Assert.Equal(0, (int?)cluster["properties"]!["properties"]!["scaleSettings"]!["minNodeCount"]);
        var datastore = await emulator.GetAsync($"{DeployedTemplate.Workspace}/datastores/training_data?api-version=2024-10-01");
        Assert.True(Directory.Exists((string?)datastore["properties"]!["endpoint"]), datastore.ToJsonString());
    }

    [Fact]
    public async Task Compare_NamesTheChange_WhenAParameterDiffers()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var body = await DeployedTemplate.BodyAsync();
        await DeployedTemplate.DeployAsync(emulator, body);

        body["properties"]!["parameters"]!["registrySku"] = new System.Text.Json.Nodes.JsonObject { ["value"] = "Premium" };
        var changes = await DeployedTemplate.CompareAsync(emulator, body);

        var changed = Assert.Single(changes, change => change.Value == "Modify");
        Assert.Contains("/Microsoft.ContainerRegistry/registries/", changed.Key, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_RemovesTheGroup_AndKeepsTheNameOfTheVaultUntilItIsPurged()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var body = await DeployedTemplate.BodyAsync();
        await DeployedTemplate.DeployAsync(emulator, body);
        var resources = (await emulator.GetAsync($"{DeployedTemplate.Group}/resources?api-version=2021-04-01"))["value"]!.AsArray();
        var vault = (string)resources.Single(resource => (string?)resource!["type"] == "Microsoft.KeyVault/vaults")!["name"]!;

        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Delete, $"{DeployedTemplate.Group}?api-version=2021-04-01");
        await TestEmulator.EventuallyAsync(
            async () =>
                (await emulator.SendAsync(HttpMethod.Get, $"{DeployedTemplate.Group}?api-version=2021-04-01")).Status
                == HttpStatusCode.NotFound,
            () => Task.FromResult("the group still exists")
        );
        await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"{DeployedTemplate.Workspace}?api-version=2024-10-01");
        var refused = await DeployedTemplate.DeployAsync(emulator, body);
        Assert.Contains("already exists in deleted state", refused.ToJsonString(), StringComparison.Ordinal);

        await emulator.ExpectAsync(
            HttpStatusCode.OK,
            HttpMethod.Post,
            $"subscriptions/sub/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/{vault}/purge?api-version=2023-07-01"
        );
        var deployed = await DeployedTemplate.DeployAsync(emulator, body);
        Assert.Equal("Succeeded", (string?)deployed["properties"]!["provisioningState"]);
    }
}
