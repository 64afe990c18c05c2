using System.Text.Json.Nodes;
using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Tests.Doubles;
using Fixtures;
using Fixtures.Services;

namespace Build.Tests;

public sealed class ProvisionTests : IDisposable
{
    private const string Subscription = "00000000-0000-0000-0000-000000000001";
    private const string Deployment = $"/subscriptions/{Subscription}/providers/Microsoft.Resources/deployments/model-training-dev";
    private const string Group = $"/subscriptions/{Subscription}/resourceGroups/rg-model-training-dev";
    private const string Vault = $"{Group}/providers/Microsoft.KeyVault/vaults/kvdev";
    private const string Workspace = $"{Group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-dev";
    private const string Changes = $$$"""
        {"status":"Succeeded","properties":{"changes":[
         {"resourceId":"{{{Group}}}","changeType":"NoChange"},
         {"resourceId":"{{{Group}}}/providers/Microsoft.ContainerRegistry/registries/crdev","changeType":"Modify",
          "delta":[{"path":"sku.name","propertyChangeType":"Modify","before":"Basic","after":"Premium"},
                   {"path":"properties","propertyChangeType":"Modify","children":[
                     {"path":"adminUserEnabled","propertyChangeType":"Create","before":null,"after":false},
                     {"path":"status","propertyChangeType":"NoEffect"}]}]},
         {"resourceId":"{{{Workspace}}}","changeType":"Create"},
         {"resourceId":"{{{Group}}}/providers/Microsoft.Insights/actiongroups/other","changeType":"Ignore"},
         {"resourceId":"{{{Workspace}}}/providers/Microsoft.Authorization/roleAssignments/x","changeType":"Unsupported",
          "unsupportedReason":"The name depends on what is deployed."}]}}
        """;

    private static readonly string[] Arguments =
    [
        "--target=Provision",
        "--name=dev",
        "--location=westeurope",
        $"--subscription={Subscription}",
    ];

    private readonly HostConsole host = new();

    public ProvisionTests()
    {
        var compiler = host.Write("bicep", "");
        host.Processes.On("dotnet msbuild infra/Bicep.proj", compiler);
        host.Processes.On($"{compiler} build infra/main.bicep", "{", "  \"resources\": {}", "}");
        host.Service.On("POST", $"{Deployment}/whatIf", FakeService.Json(200, Changes));
    }

    public void Dispose() => host.Dispose();

    [Fact]
    public void Provision_ShowsTheChangesAndStops_WithoutYes()
    {
        ExpectedText.Check("provision-what-if", host.Run(Arguments));
        Assert.DoesNotContain(host.Service.Sent, request => request.Method == "PUT");
    }

    [Fact]
    public void Provision_DeploysAndWritesTheEnvironmentConfig_WithYes()
    {
        AnswerDeployment(Succeeded);

        ExpectedText.Check("provision-yes", host.Run([.. Arguments, "--yes"]));
        Assert.Equal(
            """
            {
              "AML_TENANT_ID": "99999999-0000-0000-0000-000000000000",
              "AML_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000001",
              "AML_RESOURCE_GROUP": "rg-model-training-dev",
              "AML_WORKSPACE_NAME": "mlw-dev",
              "LOCATION": "westeurope",
              "REGISTRY": "crdev.azurecr.io",
              "IMAGE_REPOSITORY": "model-training",
              "COMPUTE_IDENTITY": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id",
              "DATASTORES": {
                "training_data": {
                  "TYPE": "AzureBlob",
                  "ACCOUNT": "stdev",
                  "CONTAINER": "training-data",
                  "AUTH": "identity"
                }
              }
            }

            """,
            File.ReadAllText(Path.Combine(host.Root, "configuration/dev.json"))
        );
        var sent = JsonNode.Parse(host.Service.Sent.Single(request => request.Line == $"PUT {Deployment}").Body)!;
        Assert.Equal("westeurope", (string?)sent["location"]);
        Assert.Equal("Incremental", (string?)sent["properties"]!["mode"]);
        Assert.Equal("dev", (string?)sent["properties"]!["parameters"]!["name"]!["value"]);
    }

    [Fact]
    public void Provision_KeepsWhatAPersonAdded_AndTakesTheRestFromTheConfig()
    {
        AnswerDeployment(Succeeded);
        host.Run([.. Arguments, "--yes"]);
        var file = Path.Combine(host.Root, "configuration/dev.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!;
        config["IMAGE_DOCKERFILE"] = "docker/gpu/Dockerfile";
        config["DATASTORES"]!["other"] = JsonNode.Parse("""{"ACCOUNT":"other","CONTAINER":"data"}""");
        File.WriteAllText(file, config.ToJsonString());

        var output = host.Run("--target=Provision", "--name=dev", "--yes");

        Assert.Contains("configuration/dev.json: updated", output, StringComparison.Ordinal);
        var written = JsonNode.Parse(File.ReadAllText(file))!;
        Assert.Equal("docker/gpu/Dockerfile", (string?)written["IMAGE_DOCKERFILE"]);
        Assert.NotNull(written["DATASTORES"]!["other"]);
        Assert.NotNull(written["DATASTORES"]!["training_data"]);
    }

    [Fact]
    public void Provision_ReportsEveryError_WhenTheDeploymentFails()
    {
        const string Failed = """
            {"properties":{"provisioningState":"Failed","error":{"code":"DeploymentFailed","message":"At least one operation failed.","details":[
             {"code":"Conflict","message":"{\"error\":{\"code\":\"VaultAlreadyExists\",\"message\":\"The vault name is taken.\"}}"}]}}}
            """;
        AnswerDeployment(Failed);

        ExpectedText.Check("provision-failed", host.Run([.. Arguments, "--yes"]));
        Assert.False(File.Exists(Path.Combine(host.Root, "configuration/dev.json")));
    }

    [Fact]
    public void Provision_RefusesTheSamples_BeforeItSendsARequest()
    {
        host.Write("infra/dev.bicepparam", "using 'main.bicep'");
        host.Processes.On(
            $"{host.Root}/bicep build-params",
            "{",
            """  "parametersJson": "{\"parameters\":{\"mainCredentials\":{\"value\":[{\"subject\":\"repo:your-organisation/x\"}]}}}" """.TrimEnd(),
            "}"
        );

        var output = host.Run(Arguments);

        Assert.Contains(
            "mainCredentials.value[0].subject is \"repo:your-organisation/x\"; it must be the value of your own environment",
            output,
            StringComparison.Ordinal
        );
        Assert.Empty(host.Service.Sent);
    }

    [Theory]
    [InlineData("--name is \"Dev\"; it must be 2 to 12 lower-case letters or digits, the first a letter.", "--name=Dev")]
    [InlineData("--name is missing; it must be the environment, such as --name=dev.", "--subscription=" + Subscription)]
    [InlineData("--subscription is missing, and there is no environment config of an earlier run", "--name=dev")]
    [InlineData("--subscription is \"x\"; it must be a GUID (az account show).", "--subscription=x")]
    [InlineData("--endpoint is \"https://example.org\"; it must be an https address of this machine", "--endpoint=https://example.org")]
    public void Provision_NamesTheFault_OfAnArgument(string fault, string argument) =>
        Assert.Contains(fault, host.Run("--target=Provision", argument), StringComparison.Ordinal);

    [Fact]
    public void Provision_SaysHowToGetTheCompiler_WhenItCannotBeRestored()
    {
        host.Processes.On("dotnet msbuild infra/Bicep.proj");
        host.Processes.On("dotnet restore infra/Bicep.proj", () => 1, "error NU1101: Unable to find package");

        var output = host.Run(Arguments);

        Assert.Contains("error NU1101: Unable to find package", output, StringComparison.Ordinal);
        Assert.Contains("Run: dotnet restore infra/Bicep.proj", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Deprovision_ListsAndStops_WithoutYes()
    {
        AnswerGroup("dev");

        ExpectedText.Check("deprovision", host.Run("--target=Deprovision", "--name=dev", $"--subscription={Subscription}"));
        Assert.DoesNotContain(host.Service.Sent, request => request.Method != "GET");
    }

    [Fact]
    public void Deprovision_DeletesAndFreesTheNames_WithYes()
    {
        AnswerGroup("dev");
        var deletedVault = $"/subscriptions/{Subscription}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/kvdev";
        host.Service.On("DELETE", Workspace, FakeService.Json(202, "", ("Location", "https://localhost:1/poll"), ("Retry-After", "5")));
        host.Service.OnEach("GET", "/poll", FakeService.Json(202, "", ("Location", "https://localhost:1/poll")), FakeService.Json(200, ""));
        host.Service.On("DELETE", Group, FakeService.Json(202, "", ("Location", "https://localhost:1/poll")));
        host.Service.On("GET", deletedVault, FakeService.Json(200, """{"properties":{}}"""));
        host.Service.On("POST", $"{deletedVault}/purge", FakeService.Json(200, ""));
        host.Service.On("DELETE", Deployment, FakeService.Json(204, ""));

        ExpectedText.Check("deprovision-yes", host.Run("--target=Deprovision", "--name=dev", $"--subscription={Subscription}", "--yes"));
        Assert.Contains(
            "forceToPurge=true",
            host.Service.Sent.First(request => request.Method == "DELETE").Uri.Query,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Deprovision_Refuses_WhenProvisionDidNotMakeTheGroup()
    {
        AnswerGroup(tag: null);

        var output = host.Run("--target=Deprovision", "--name=dev", $"--subscription={Subscription}", "--yes");

        Assert.Contains(
            "Resource group 'rg-model-training-dev' has the tag model-training missing; it must be \"dev\", which Provision sets.",
            output,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(host.Service.Sent, request => request.Method == "DELETE");
    }

    [Fact]
    public void Doctor_NamesThePlaceholders_OfTheEnvironmentConfig()
    {
        var output = host.Run("--target=Doctor", "--exp-config=exp_configs/pothole.json");

        Assert.Contains(
            "configuration/dev_config.json(5,25): AML_WORKSPACE_NAME is \"your-workspace\"; it must be",
            output,
            StringComparison.Ordinal
        );
        Assert.Contains("dotnet cake --target=Provision writes such a file", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Roles_AreNamed_ForEachTargetThatMaySignIn()
    {
        var roles = JsonNode.Parse(File.ReadAllText(Path.Combine(Fixtures.Checkouts.Checkout.Repository, "infra", "roles.json")))!;
        var named = roles["targets"]!.AsObject().Select(target => target.Key).ToList();
        var signingIn = new TargetCatalog()
            .Targets.Where(target => target.Arguments.Contains(SignInArguments.Credential))
            .Select(target => target.Name);

        Assert.Empty(signingIn.Except(named, StringComparer.Ordinal));
    }

    private const string Succeeded = """
        {"properties":{"provisioningState":"Succeeded","outputs":{
         "tenantId":{"type":"String","value":"99999999-0000-0000-0000-000000000000"},
         "resourceGroup":{"type":"String","value":"rg-model-training-dev"},
         "workspace":{"type":"String","value":"mlw-dev"},
         "registry":{"type":"String","value":"crdev.azurecr.io"},
         "imageRepository":{"type":"String","value":"model-training"},
         "computeIdentity":{"type":"String","value":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"},
         "datastore":{"type":"String","value":"training_data"},
         "pullRequestClientId":{"type":"String","value":"aaaaaaaa-0000-0000-0000-000000000000"},
         "mainClientId":{"type":"String","value":"bbbbbbbb-0000-0000-0000-000000000000"},
         "trainingClientId":{"type":"String","value":"cccccccc-0000-0000-0000-000000000000"}}}}
        """;

    private void AnswerDeployment(string last)
    {
        host.Service.On("PUT", Deployment, FakeService.Json(201, """{"properties":{"provisioningState":"Accepted"}}"""));
        host.Service.OnEach(
            "GET",
            Deployment,
            FakeService.Json(200, """{"properties":{"provisioningState":"Running"}}"""),
            FakeService.Json(200, last)
        );
        var nested = $"{Group}/providers/Microsoft.Resources/deployments/workspace-1";
        host.Service.On(
            "GET",
            $"{Deployment}/operations",
            FakeService.Json(200, Operations((nested, "Microsoft.Resources/deployments", "Succeeded")))
        );
        host.Service.On(
            "GET",
            $"{nested}/operations",
            FakeService.Json(200, Operations((Workspace, "Microsoft.MachineLearningServices/workspaces", "Succeeded")))
        );
        host.Service.On(
            "GET",
            $"{Workspace}/datastores/training_data",
            FakeService.Json(200, """{"properties":{"accountName":"stdev","containerName":"training-data","protocol":"https"}}""")
        );
    }

    private void AnswerGroup(string? tag)
    {
        var tags = tag is null ? "{}" : $$"""{"model-training":"{{tag}}"}""";
        host.Service.On("GET", Group, FakeService.Json(200, $$$"""{"name":"rg-model-training-dev","tags":{{{tags}}}}"""));
        host.Service.On(
            "GET",
            $"{Group}/resources",
            FakeService.Json(
                200,
                $$$"""
                {"value":[{"id":"{{{Workspace}}}","location":"westeurope","tags":{{{tags}}}},
                          {"id":"{{{Vault}}}","location":"westeurope","tags":{{{tags}}}},
                          {"id":"{{{Group}}}/providers/Microsoft.Insights/actiongroups/other","location":"global"}]}
                """
            )
        );
    }

    private static string Operations(params (string Id, string Type, string State)[] operations) =>
        new JsonObject
        {
            ["value"] = new JsonArray([
                .. operations.Select(operation => new JsonObject
                {
                    ["properties"] = new JsonObject
                    {
                        ["provisioningState"] = operation.State,
                        ["targetResource"] = new JsonObject { ["id"] = operation.Id, ["resourceType"] = operation.Type },
                    },
                }),
            ]),
        }.ToJsonString();
}
