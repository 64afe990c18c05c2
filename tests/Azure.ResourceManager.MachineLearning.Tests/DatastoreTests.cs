using System.Diagnostics.Tracing;
using System.Text.Json.Nodes;
using Azure.Core.Diagnostics;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning.Tests;

public class DatastoreTests
{
    private const string Secret = "c2VjcmV0LWtleQ==";

    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<string, MachineLearningDatastoreProperties> Kinds() =>
        new()
        {
            {
                "create-blob-datastore-key",
                Examples.Blob(
                    new MachineLearningAccountKeyDatastoreCredentials(new MachineLearningAccountKeyDatastoreSecrets { Key = Secret })
                )
            },
            {
                "create-blob-datastore-sas",
                Examples.Blob(
                    new MachineLearningSasDatastoreCredentials(new MachineLearningSasDatastoreSecrets { SasToken = "?sv=1&sig=x" })
                )
            },
            { "create-blob-datastore-identity", Examples.Blob(new MachineLearningNoneDatastoreCredentials()) },
            {
                "create-file-datastore",
                new MachineLearningAzureFileDatastore(
                    new MachineLearningAccountKeyDatastoreCredentials(new MachineLearningAccountKeyDatastoreSecrets { Key = Secret }),
                    "roads",
                    "share"
                )
                {
                    Endpoint = "core.windows.net",
                    Protocol = "https",
                    ResourceGroup = "g",
                    SubscriptionId = "s",
                }
            },
        };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task CreateOrUpdateAsync_SendsTheWholeDatastore(string name, object properties)
    {
        using var arm = new ScriptedArm().Answer(201, ScriptedArm.Example("datastore.json"));
        var data = new MachineLearningDatastoreData((MachineLearningDatastoreProperties)properties);

        var operation = await arm.Workspace()
            .GetMachineLearningDatastores()
            .CreateOrUpdateAsync(WaitUntil.Completed, "test_data", data, skipValidation: true, None);

        Assert.Equal(ScriptedArm.Read($"Requests/{name}.expected.txt"), arm.Transcript);
        Assert.True(operation.HasCompleted);
        Assert.Equal("test_data", operation.Value.Data.Name);
    }

    [Fact]
    public async Task UpdateAsync_SendsAnEmptyMap_WhenTagsWereCleared()
    {
        using var arm = new ScriptedArm()
            .Answer(200, ScriptedArm.Example("datastore.json"))
            .Answer(200, ScriptedArm.Example("datastore.json"));
        var datastore = (await arm.Workspace().GetMachineLearningDatastoreAsync("test_data", None)).Value;
        datastore.Data.Properties.Tags.Clear();
        datastore.Data.Properties.Credentials = new MachineLearningNoneDatastoreCredentials();

        await datastore.UpdateAsync(WaitUntil.Completed, datastore.Data, cancellationToken: None);

        Assert.Equal(ScriptedArm.Read("Requests/update-datastore.expected.txt"), arm.Requests[1]);
    }

    [Fact]
    public async Task GetAsync_ReadsABlobDatastore()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("datastore.json"));

        var data = (await arm.Workspace().GetMachineLearningDatastores().GetAsync("test_data", None)).Value.Data;

        var blob = Assert.IsType<MachineLearningAzureBlobDatastore>(data.Properties);
        Assert.Equal(
            ("roads", "pictures", "core.windows.net", "https"),
            (blob.AccountName, blob.ContainerName, blob.Endpoint, blob.Protocol)
        );
        Assert.Equal(("Labelled pictures", false), (blob.Description, blob.IsDefault));
        Assert.Equal("roads", blob.Tags["owner"]);
        Assert.Empty(blob.Properties);
        Assert.Null(Assert.IsType<MachineLearningAccountKeyDatastoreCredentials>(blob.Credentials).Secrets.Key);
    }

    [Theory]
    [InlineData("AzureDataLakeGen2")]
    [InlineData("SomethingNew")]
    public async Task GetAsync_ReadsTheBase_WhenADatastoreIsOfAnUnknownKind(string type)
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("datastore.json", "properties.datastoreType", type));

        var properties = (await arm.Workspace().GetMachineLearningDatastores().GetAsync("test_data", None)).Value.Data.Properties;

        Assert.IsType<MachineLearningDatastoreProperties>(properties);
        Assert.Equal("Labelled pictures", properties.Description);
    }

    [Fact]
    public async Task CreateOrUpdateAsync_SendsTheCredentials_WhenTheyAreOfAnUnknownKind()
    {
        const string Credentials = """{"credentialsType":"Certificate","thumbprint":"AB","secrets":{"secretsType":"Certificate"}}""";
        var answer = ScriptedArm.Example("datastore.json", "properties.credentials", JsonNode.Parse(Credentials));
        using var arm = new ScriptedArm().Answer(200, answer).Answer(200, answer);
        var datastores = arm.Workspace().GetMachineLearningDatastores();
        var data = (await datastores.GetAsync("test_data", None)).Value.Data;

        await datastores.CreateOrUpdateAsync(WaitUntil.Completed, "test_data", data, cancellationToken: None);

        var sent = JsonNode.Parse(arm.Requests[1][arm.Requests[1].IndexOf('{', StringComparison.Ordinal)..])!;
        Assert.Equal(Credentials, sent["properties"]!["credentials"]!.ToJsonString());
    }

    [Fact]
    public async Task GetSecretsAsync_ReadsTheKey()
    {
        using var arm = new ScriptedArm()
            .Answer(200, ScriptedArm.Example("datastore.json"))
            .Answer(200, $$"""{"secretsType":"AccountKey","key":"{{Secret}}"}""");
        var datastore = (await arm.Workspace().GetMachineLearningDatastoreAsync("test_data", None)).Value;

        var secrets = (await datastore.GetSecretsAsync(None)).Value;

        Assert.Equal(ScriptedArm.Read("Requests/datastore-secrets.expected.txt"), arm.Requests[1]);
        Assert.Equal(Secret, Assert.IsType<MachineLearningAccountKeyDatastoreSecrets>(secrets).Key);
    }

    [Fact]
    public async Task GetAllAsync_SendsEveryFilter()
    {
        using var arm = new ScriptedArm()
            .Answer(200, $$"""{"value":[{{ScriptedArm.Example("datastore.json")}}]}""")
            .Answer(200, """{"value":null,"nextLink":""}""");
        var datastores = arm.Workspace().GetMachineLearningDatastores();

        var names = new List<string>();
        await foreach (var datastore in datastores.GetAllAsync("s", 5, true, ["a", "b"], "te st", "name", false, None))
            names.Add(datastore.Data.Name);

        await foreach (var datastore in datastores)
            names.Add(datastore.Data.Name);

        Assert.Equal(ScriptedArm.Read("Requests/list-datastores.expected.txt"), arm.Transcript);
        Assert.Equal(["test_data"], names);
    }

    [Fact]
    public async Task DeleteAsync_SendsADelete()
    {
        using var arm = new ScriptedArm().Answer(200);
        var id = MachineLearningDatastoreResource.CreateResourceIdentifier(ScriptedArm.SubscriptionId, "ml-rg", "ml-ws", "test_data");

        var operation = await arm.Connect().GetMachineLearningDatastoreResource(id).DeleteAsync(WaitUntil.Completed, None);

        Assert.True(operation.HasCompleted);
        Assert.Equal($"DELETE https://management.azure.com{id}?api-version=2024-10-01\n", arm.Transcript);
    }

    [Fact]
    public async Task ExistsAsync_Throws_WhenTheServiceRespondsWithAnotherError()
    {
        using var arm = new ScriptedArm().Answer(403, """{"error":{"code":"AuthorizationFailed","message":"may not read"}}""");

        var error = await Assert.ThrowsAsync<RequestFailedException>(() =>
            arm.Workspace().GetMachineLearningDatastores().ExistsAsync("x", None)
        );

        Assert.Equal((403, "AuthorizationFailed"), (error.Status, error.ErrorCode));
    }

    [Fact]
    public async Task ToString_HidesSecrets_InTextsAndLogs()
    {
        var seen = new List<string>();
        using var listener = new AzureEventSourceListener(
            (_, message) =>
            {
                lock (seen)
                    seen.Add(message);
            },
            EventLevel.Verbose
        );
        var secrets = new MachineLearningAccountKeyDatastoreSecrets { Key = Secret };
        var credentials = new MachineLearningAccountKeyDatastoreCredentials(secrets);
        var data = new MachineLearningDatastoreData(Examples.Blob(credentials));
        using var arm = new ScriptedArm().Answer(400, """{"error":{"code":"UserError","message":"no such account"}}""");

        var error = await Assert.ThrowsAsync<RequestFailedException>(() =>
            arm.Workspace()
                .GetMachineLearningDatastores()
                .CreateOrUpdateAsync(WaitUntil.Completed, "test_data", data, cancellationToken: None)
        );

        Assert.Contains(Secret, arm.Transcript, StringComparison.Ordinal);
        lock (seen)
        {
            Assert.NotEmpty(seen);
            Assert.All(
                [
                    .. seen,
                    error.ToString(),
                    $"{secrets}",
                    $"{credentials}",
                    $"{data}",
                    $"{data.Properties}",
                    $"{new MachineLearningUserAccountCredentials("u") { AdminUserPassword = Secret }}",
                ],
                text => Assert.DoesNotContain(Secret, text, StringComparison.Ordinal)
            );
        }
    }
}
