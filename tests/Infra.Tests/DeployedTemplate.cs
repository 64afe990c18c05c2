using System.Net;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Tests;

namespace Infra.Tests;

/// <summary>Deploys infra/main.bicep to its own emulator.</summary>
internal static class DeployedTemplate
{
    public const string Group = "subscriptions/sub/resourceGroups/rg-model-training-dev";
    public const string Workspace = Group + "/providers/Microsoft.MachineLearningServices/workspaces/mlw-dev";
    private const string Deployment = "subscriptions/sub/providers/Microsoft.Resources/deployments/test";
    private const string Version = "?api-version=2024-03-01";

    /// <summary>Returns the body of a deployment.</summary>
    public static async Task<JsonObject> BodyAsync()
    {
        var month = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-01");
        return new JsonObject
        {
            ["location"] = "westeurope",
            ["properties"] = new JsonObject
            {
                ["mode"] = "Incremental",
                ["template"] = await Bicep.CompileAsync(),
                ["parameters"] = new JsonObject
                {
                    ["name"] = Value("dev"),
                    ["location"] = Value("westeurope"),
                    ["imageRepository"] = Value("vision/train"),
                    ["pullRequestCredentials"] = Credentials("pull_request"),
                    ["mainCredentials"] = Credentials("ref:refs/heads/main"),
                    ["trainingCredentials"] = Credentials("environment:training"),
                    ["costs"] = Value(
                        new JsonObject
                        {
                            ["amount"] = 300,
                            ["startDate"] = month,
                            ["contactEmails"] = new JsonArray("team@example.org"),
                        }
                    ),
                },
            },
        };
    }

    /// <summary>Deploys, and returns the deployment once it has ended.</summary>
    public static async Task<JsonNode> DeployAsync(TestEmulator emulator, JsonObject body)
    {
        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Deployment + Version, body.ToJsonString());
        JsonNode deployment = new JsonObject();
        await TestEmulator.EventuallyAsync(
            async () =>
            {
                deployment = await emulator.GetAsync(Deployment + Version);
                return (string?)deployment["properties"]!["provisioningState"] is "Succeeded" or "Failed";
            },
            () => Task.FromResult(deployment.ToJsonString())
        );
        return deployment;
    }

    /// <summary>Returns the changes that a deployment would make, by resource id.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> CompareAsync(TestEmulator emulator, JsonObject body)
    {
        var (status, _, response) = await emulator.SendAsync(HttpMethod.Post, $"{Deployment}/whatIf{Version}", body.ToJsonString());
        Assert.Equal(HttpStatusCode.Accepted, status);
        var address = response.Headers.Location!;
        JsonNode? result = null;
        await TestEmulator.EventuallyAsync(
            async () =>
            {
                var (polled, found, _) = await emulator.SendAsync(HttpMethod.Get, address.PathAndQuery);
                result = found;
                return polled == HttpStatusCode.OK;
            },
            () => Task.FromResult("the what-if has no result")
        );
        Assert.True((string?)result!["status"] == "Succeeded", result.ToJsonString());
        return result["properties"]!["changes"]!
            .AsArray()
            .ToDictionary(change => (string)change!["resourceId"]!, change => (string)change!["changeType"]!, StringComparer.Ordinal);
    }

    private static JsonObject Value(JsonNode value) => new() { ["value"] = value };

    private static JsonObject Credentials(string tail) =>
        Value(
            new JsonArray(
                new JsonObject
                {
                    ["name"] = "github",
                    ["issuer"] = "https://token.actions.githubusercontent.com",
                    ["subject"] = $"repo:example@1/vision@2:{tail}",
                }
            )
        );
}
