using System.Text.Json.Nodes;
using Experiments.Model;
using Experiments.Plans;
using Fixtures.Services;
using Workspaces.Connection;
using Workspaces.Datastores;
using Workspaces.Errors;
using Workspaces.Tests.Doubles;

namespace Workspaces.Tests.Datastores;

public class DatastoreRegistrarTests
{
    private static readonly string Path = $"{FakeService.WorkspaceId}/datastores/test_data";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Requests =>
        new()
        {
            { "folder", "datastore-folder.json" },
            { "blob", "datastore-blob.json" },
            { "share", "datastore-share-key.json" },
            { "sas", "datastore-blob-sas.json" },
        };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task RegisterAsync_SendsTheWholeDatastore_WhenItIsMissing(string plan, string file)
    {
        var service = new FakeService();
        service.On("PUT", Path, Answer(TestPlans.Folder));

        var registered = await RegisterAsync(service, PlanOf(plan));

        Assert.Equal(new RegisteredDatastore("test_data", Path, StageChange.Created, []), registered with { Differences = [] });
        Assert.Equal([$"GET {Path}", $"PUT {Path}"], [.. service.Sent.Select(request => request.Line)]);
        ExpectedRequest.Matches(file, service.Sent.Last().Body);
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("blob")]
    [InlineData("share")]
    [InlineData("sas")]
    public async Task RegisterAsync_SendsNothing_WhenItExistsAsPlanned(string plan)
    {
        var service = new FakeService();
        service.On("GET", Path, Answer(PlanOf(plan)));

        var registered = await RegisterAsync(service, PlanOf(plan), secrets: null);

        Assert.Equal(StageChange.Unchanged, registered.Change);
        Assert.All(registered.Differences, difference => Assert.Contains("kept", difference, StringComparison.Ordinal));
        Assert.Equal("GET", Assert.Single(service.Sent).Method);
    }

    [Theory]
    [InlineData("properties.accountName", "old", "accountName: old → pictures")]
    [InlineData("properties.containerName", "old", "containerName: old → train")]
    [InlineData("properties.containerName", null, "containerName: none → train")]
    [InlineData("properties.endpoint", "core.chinacloudapi.cn", "endpoint: core.chinacloudapi.cn → core.windows.net")]
    [InlineData("properties.protocol", "http", "protocol: http → https")]
    [InlineData("properties.credentials.credentialsType", "AccountKey", "credentialsType: AccountKey → None")]
    public async Task RegisterAsync_UpdatesIt_WhenItDiffers(string member, string? there, string difference)
    {
        var found = JsonNode.Parse(Body(TestPlans.Blob))!;
        var parts = member.Split('.');
        var parent = parts[..^1].Aggregate(found, (node, part) => node[part]!);
        parent[parts[^1]] = there;
        var service = new FakeService();
        service.On("GET", Path, FakeService.Json(200, found.ToJsonString()));
        service.On("PUT", Path, Answer(TestPlans.Blob));

        var registered = await RegisterAsync(service, TestPlans.Blob);

        Assert.Equal(StageChange.Updated, registered.Change);
        Assert.Equal([difference], registered.Differences);
        Assert.Equal("PUT", service.Sent.Last().Method);
    }

    [Fact]
    public async Task RegisterAsync_ListsTheDifferences_WhenTheKindDiffers()
    {
        var service = new FakeService();
        service.On("GET", Path, Answer(TestPlans.Share));
        service.On("PUT", Path, Answer(TestPlans.Blob));

        var registered = await RegisterAsync(service, TestPlans.Blob);

        Assert.Equal(
            ["datastoreType: AzureFile → AzureBlob", "containerName: none → train", "credentialsType: AccountKey → None"],
            registered.Differences
        );
    }

    [Fact]
    public async Task RegisterAsync_AssumesTheServicesDefaults_WhenEndpointAndProtocolAreMissing()
    {
        var found = JsonNode.Parse(Body(TestPlans.Blob))!;
        found["properties"]!["endpoint"] = null;
        found["properties"]!["protocol"] = null;
        var service = new FakeService();
        service.On("GET", Path, FakeService.Json(200, found.ToJsonString()));

        Assert.Equal(StageChange.Unchanged, (await RegisterAsync(service, TestPlans.Blob)).Change);
    }

    [Fact]
    public async Task RegisterAsync_NamesTheVariableToSet_WhenTheKeyIsMissing()
    {
        var error = await Assert.ThrowsAsync<WorkspaceException>(() => RegisterAsync(new FakeService(), TestPlans.Share, secrets: null));

        Assert.Equal(
            "DATASTORES.test_data requires AUTH account-key and its secret is missing; the environment variable "
                + "DATASTORE_TEST_DATA_ACCOUNT_KEY must hold it while the datastore is registered, KEY_VAULT_SECRET must name it "
                + "in the workspace's key vault, or AUTH must be identity.",
            error.Message
        );
    }

    [Fact]
    public async Task ReadAsync_SaysThatAKeyCannotBeCompared_WhenOnlyTheKeyCouldDiffer()
    {
        var service = new FakeService();
        service.On("GET", Path, Answer(TestPlans.Share));
        var workspace = await service.ConnectAsync();

        var state = await new DatastoreRegistrar(
            workspace,
            new DatastoreSecrets(_ => Task.FromResult(workspace), _ => "planted-secret")
        ).ReadAsync(TestPlans.Share, Stop);

        Assert.Equal(StageChange.Unchanged, state.Change);
        Assert.Equal(
            [
                "credentials: kept; the service never returns a registered account key, so a renewed one is not detected "
                    + "(--update-credentials sends it)",
            ],
            state.Differences
        );
        Assert.DoesNotContain("planted", state.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RegisterAsync_SendsTheKeyAgain_WhenCredentialsAreToBeUpdated()
    {
        var service = new FakeService();
        service.On("GET", Path, Answer(TestPlans.Share));
        service.On("PUT", Path, Answer(TestPlans.Share));

        var registered = await RegisterAsync(service, TestPlans.Share, updateCredentials: true);

        Assert.Equal(StageChange.Updated, registered.Change);
        Assert.Equal(
            ["credentials: the registered account key → the one in the environment variable DATASTORE_TEST_DATA_ACCOUNT_KEY"],
            registered.Differences
        );
        ExpectedRequest.Matches("datastore-share-key.json", service.Sent.Last().Body);
    }

    [Fact]
    public async Task RegisterAsync_SendsNothing_WhenThereAreNoCredentialsToUpdate()
    {
        var service = new FakeService();
        service.On("GET", Path, Answer(TestPlans.Blob));

        Assert.Equal(StageChange.Unchanged, (await RegisterAsync(service, TestPlans.Blob, updateCredentials: true)).Change);
    }

    [Fact]
    public async Task RegisterAsync_SendsTheAddress_OfAStorageEmulator()
    {
        var service = new FakeService();
        service.On("PUT", Path, Answer(TestPlans.Blob));

        await RegisterAsync(service, TestPlans.Azurite);

        ExpectedRequest.Matches("datastore-blob-azurite.json", service.Sent.Last().Body);
    }

    private static DatastorePlan PlanOf(string name) =>
        name switch
        {
            "folder" => TestPlans.Folder,
            "blob" => TestPlans.Blob,
            "share" => TestPlans.Share,
            _ => TestPlans.Blob with { Authentication = DatastoreAuthentication.Sas },
        };

    private static async Task<RegisteredDatastore> RegisterAsync(
        FakeService service,
        DatastorePlan plan,
        string? secrets = "planted-secret",
        bool updateCredentials = false
    )
    {
        var workspace = await service.ConnectAsync();
        var registrar = new DatastoreRegistrar(
            workspace,
            new DatastoreSecrets(_ => Task.FromResult(workspace), _ => secrets),
            updateCredentials
        );
        return await registrar.RegisterAsync(plan, Stop);
    }

    private static Func<SentRequest, HttpResponseMessage> Answer(DatastorePlan plan) => FakeService.Json(200, Body(plan));

    // The service returns the kind of a secret, never its value.
    private static string Body(DatastorePlan plan)
    {
        var type = plan.Authentication switch
        {
            DatastoreAuthentication.AccountKey => "AccountKey",
            DatastoreAuthentication.Sas => "Sas",
            _ => "None",
        };
        return $$$"""
            {"id":"{{{Path}}}","name":"test_data","type":"Microsoft.MachineLearningServices/workspaces/datastores","properties":{
             "datastoreType":"{{{plan.Kind}}}","accountName":"{{{plan.Account}}}","{{{(
                plan.Kind == DatastoreKind.AzureBlob ? "containerName" : "fileShareName"
            )}}}":"{{{plan.Container}}}",
             "endpoint":"{{{plan.EndpointSuffix}}}","protocol":"{{{plan.Protocol}}}","isDefault":false,
             "credentials":{"credentialsType":"{{{type}}}","secrets":{"secretsType":"{{{type}}}"} } } }
            """;
    }
}
