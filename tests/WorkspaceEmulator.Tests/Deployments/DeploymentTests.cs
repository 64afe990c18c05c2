using System.Net;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Tests.Deployments;

public class DeploymentTests
{
    private const string Deployment = "subscriptions/sub/providers/Microsoft.Resources/deployments/test";
    private const string Version = "?api-version=2024-03-01";
    private const string Group =
        """{"type":"Microsoft.Resources/resourceGroups","apiVersion":"2025-04-01","name":"made","location":"westeurope"}""";

    [Theory]
    [InlineData(
        """{"x":{"type":"Microsoft.Web/sites","apiVersion":"2024-01-01","name":"x","location":"westeurope"}}""",
        "The resource type 'Microsoft.Web/sites' is not emulated; docs/emulator.md names the types that are."
    )]
    [InlineData(
        """{"x":{"type":"A.B/c","apiVersion":"1","name":"x","surprise":1}}""",
        "The resource 'x' has the member 'surprise', which is not emulated."
    )]
    [InlineData(
        """{"x":{"type":"A.B/c","apiVersion":"1","name":"x","dependsOn":["y"]},"y":{"type":"A.B/c","apiVersion":"1","name":"y","dependsOn":["x"]}}""",
        "The resource 'x' depends on itself; dependsOn must have no circle."
    )]
    [InlineData(
        """{"x":{"type":"Microsoft.Resources/resourceGroups","apiVersion":"2025-04-01","name":"made"}}""",
        "The resource '/subscriptions/sub/resourceGroups/made' has no location; it must have one."
    )]
    public async Task Deployment_Fails_WhenAResourceCannotBeDeployed(string resources, string message)
    {
        await using var emulator = await TestEmulator.StartAsync();

        var deployment = await DeployAsync(emulator, Body(resources));

        Assert.Equal("Failed", (string?)deployment["properties"]!["provisioningState"]);
        var error = deployment["properties"]!["error"]!;
        Assert.Equal(message, (string?)(error["details"]?[0] ?? error)["message"]);
    }

    [Theory]
    [InlineData("""{"type":"string"}""", """{}""", "The value for the template parameter 'p' is not provided; it has no default.")]
    [InlineData(
        """{"type":"string","maxLength":2}""",
        """{"p":{"value":"abc"}}""",
        "The template parameter 'p' has 3 characters; it must have 0 to 2."
    )]
    [InlineData("""{"type":"int"}""", """{"p":{"value":"abc"}}""", "The template parameter 'p' is \"abc\"; it must be int.")]
    [InlineData(
        """{"type":"string","allowedValues":["a","b"]}""",
        """{"p":{"value":"c"}}""",
        "The template parameter 'p' is \"c\"; it must be one of \"a\", \"b\"."
    )]
    [InlineData("""{"type":"string"}""", """{"q":{"value":"c"}}""", "The template parameter 'q' is not declared; the template declares p.")]
    public async Task Validate_Returns400_WhenAParameterIsFaulty(string declaration, string parameters, string message)
    {
        await using var emulator = await TestEmulator.StartAsync();
        var body = Body("{}");
        body["properties"]!["template"]!["parameters"] = new JsonObject { ["p"] = JsonNode.Parse(declaration) };
        body["properties"]!["parameters"] = JsonNode.Parse(parameters);

        var refused = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            $"{Deployment}/validate{Version}",
            body.ToJsonString()
        );

        Assert.Equal(("InvalidTemplate", message), ((string?)refused["error"]!["code"], (string?)refused["error"]!["message"]));
    }

    [Fact]
    public async Task Deployment_MakesNothing_WhenItIsOnlyCompared()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var (_, _, response) = await emulator.SendAsync(
            HttpMethod.Post,
            $"{Deployment}/whatIf{Version}",
            Body($$"""{"g":{{Group}}}""").ToJsonString()
        );

        await emulator.SendAsync(HttpMethod.Get, response.Headers.Location!.PathAndQuery);

        await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"subscriptions/sub/resourceGroups/made{Version}");
    }

    [Fact]
    public async Task Deployment_ListsItsOperations_AndNamesWhatFailed()
    {
        await using var emulator = await TestEmulator.StartAsync();

        await DeployAsync(
            emulator,
            Body($$$"""{"g":{{{Group}}},"x":{"type":"Microsoft.Web/sites","apiVersion":"1","name":"x","location":"a","dependsOn":["g"]}}""")
        );
        var operations = (await emulator.GetAsync($"{Deployment}/operations{Version}"))["value"]!.AsArray();

        Assert.Equal(["Succeeded", "Failed"], operations.Select(operation => (string?)operation!["properties"]!["provisioningState"]));
        Assert.Equal("NotEmulated", (string?)operations[1]!["properties"]!["statusMessage"]!["error"]!["code"]);
        var group = await emulator.GetAsync($"subscriptions/sub/resourceGroups/made{Version}");
        Assert.Equal("westeurope", (string?)group["location"]);
        await emulator.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"{Deployment}/cancel{Version}");
        await emulator.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, Deployment + Version);
        await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, Deployment + Version);
    }

    [Theory]
    [InlineData("""{"properties":{"mode":"Incremental"}}""", "LocationRequired")]
    [InlineData("""{"location":"westeurope"}""", "InvalidRequestContent")]
    public async Task Put_Returns400_WhenTheBodyIsIncomplete(string body, string code)
    {
        await using var emulator = await TestEmulator.StartAsync();

        var refused = await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Put, Deployment + Version, body);

        Assert.Equal(code, (string?)refused["error"]!["code"]);
    }

    private static JsonObject Body(string resources) =>
        new()
        {
            ["location"] = "westeurope",
            ["properties"] = new JsonObject
            {
                ["mode"] = "Incremental",
                ["template"] = new JsonObject { ["languageVersion"] = "2.0", ["resources"] = JsonNode.Parse(resources) },
            },
        };

    private static async Task<JsonNode> DeployAsync(TestEmulator emulator, JsonObject body)
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
}
