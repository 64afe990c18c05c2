using System.Text.Json.Nodes;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning.Tests;

/// <summary>A job that was read and is then sent, and collections that were set to null, cleared or left alone.</summary>
public class RoundTripTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>Returns the properties that a job sends.</summary>
    private static async Task<JsonObject> SendAsync(MachineLearningJobProperties job)
    {
        using var arm = new ScriptedArm().Answer(201, ScriptedArm.Example("job.json"));
        await arm.Workspace().GetMachineLearningJobs().CreateOrUpdateAsync(WaitUntil.Started, "j", new MachineLearningJobData(job), None);
        return (JsonObject)JsonNode.Parse(arm.Transcript[arm.Transcript.IndexOf('{', StringComparison.Ordinal)..])!["properties"]!;
    }

    private static async Task<MachineLearningJobProperties> ReadAsync(string path, string json)
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("job.json", path, JsonNode.Parse(json)));
        return (await arm.Workspace().GetMachineLearningJobAsync("j", None)).Value.Data.Properties;
    }

    [Theory]
    [InlineData("distribution", """{"distributionType":"PyTorch","processCountPerInstance":2}""")]
    [InlineData("distribution", """{"distributionType":"Mpi","processCountPerInstance":4}""")]
    [InlineData("distribution", """{"distributionType":"TensorFlow","parameterServerCount":1,"workerCount":3}""")]
    [InlineData("distribution", """{"distributionType":"Ray","port":6379,"headNodeAdditionalArgs":null}""")]
    [InlineData("queueSettings", """{"jobTier":"Spot"}""")]
    [InlineData(
        "notificationSetting",
        """{"emailOn":["JobFailed","JobCancelled"],"emails":["a@b.c"],"webhooks":{"x":{"eventType":"RunTerminated","webhookType":"AzureDevOps"}}}"""
    )]
    [InlineData("notificationSetting", """{"webhooks":{"x":{"eventType":"e","webhookType":"New","address":"https://a/"},"y":null}}""")]
    [InlineData("identity", """{"identityType":"New","secretOf":"x"}""")]
    [InlineData(
        "inputs",
        """{"model":{"jobInputType":"mlflow_model","description":"d","uri":"azureml:m:1","mode":"Download"},"none":null}"""
    )]
    [InlineData("outputs", """{"model":{"jobOutputType":"custom_model","uri":"azureml://datastores/d/paths/m","assetName":"m"}}""")]
    [InlineData("environmentVariables", """{"A":"B","NONE":null}""")]
    [InlineData("environmentVariables", "{}")]
    public async Task CreateOrUpdateAsync_SendsTheMember_AsItWasRead(string member, string json)
    {
        var sent = await SendAsync(await ReadAsync($"properties.{member}", json));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), sent[member]), $"{member} was sent as {sent[member]?.ToJsonString()}");
    }

    [Fact]
    public async Task CreateOrUpdateAsync_SendsTheWholeJob_WhenItsKindIsUnknown()
    {
        const string Pipeline = """
            {"jobType":"Pipeline","status":"Running","displayName":"p","jobs":{"a":{"type":"command"}},"settings":{"x":[1]},"tags":{"a":"b"}}
            """;

        var sent = await SendAsync(await ReadAsync("properties", Pipeline));

        var expected = JsonNode.Parse(Pipeline)!.AsObject();
        expected.Remove("status");
        Assert.True(JsonNode.DeepEquals(expected, sent), sent.ToJsonString());
    }

    [Theory]
    [InlineData("""{"samplingAlgorithmType":"New","budget":3}""", """{"policyType":"New","delayEvaluation":3,"grace":1}""")]
    [InlineData("""{"samplingAlgorithmType":"Grid"}""", """{"policyType":"MedianStopping","delayEvaluation":3}""")]
    public async Task CreateOrUpdateAsync_SendsTheSweep_AsItWasRead(string sampling, string policy)
    {
        var read = await ReadAsync(
            "properties",
            $$$$"""
            {"jobType":"Sweep","samplingAlgorithm":{{{{sampling}}}},"earlyTermination":{{{{policy}}}},"queueSettings":{"jobTier":"Basic"},
             "searchSpace":{},"objective":{"goal":"Maximize","primaryMetric":"m"},
             "trial":{"command":"c","environmentId":"/e","distribution":{"distributionType":"PyTorch","processCountPerInstance":2}}}
            """
        );

        var sent = await SendAsync(read);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(sampling), sent["samplingAlgorithm"]), sent.ToJsonString());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(policy), sent["earlyTermination"]), sent.ToJsonString());
        Assert.Equal("""{"distributionType":"PyTorch","processCountPerInstance":2}""", sent["trial"]!["distribution"]!.ToJsonString());
        Assert.Equal("Basic", (string?)sent["queueSettings"]!["jobTier"]);
    }

    [Fact]
    public async Task Distribution_IsSent_WhenItIsSet()
    {
        var job = new MachineLearningCommandJob("true", Examples.EnvironmentId)
        {
            Distribution = new PyTorchDistributionConfiguration { ProcessCountPerInstance = 2 },
            Resources = new MachineLearningJobResourceConfiguration { InstanceCount = 2 },
            QueueJobTier = JobTier.Spot,
            NotificationSetting = new NotificationSetting { EmailOn = { EmailNotificationEnableType.JobFailed }, Emails = { "a@b.c" } },
        };

        var sent = await SendAsync(job);

        Assert.Equal("""{"distributionType":"PyTorch","processCountPerInstance":2}""", sent["distribution"]!.ToJsonString());
        Assert.Equal("""{"jobTier":"Spot"}""", sent["queueSettings"]!.ToJsonString());
        Assert.Equal("""{"emailOn":["JobFailed"],"emails":["a@b.c"]}""", sent["notificationSetting"]!.ToJsonString());
    }

    [Fact]
    public async Task Tags_AreNotSent_WhenNobodyTouchedThem() =>
        Assert.False((await SendAsync(new MachineLearningCommandJob("true", Examples.EnvironmentId))).ContainsKey("tags"));

    [Fact]
    public async Task Tags_AreNotSent_WhenAMissingOneWasRemoved()
    {
        var job = new MachineLearningCommandJob("true", Examples.EnvironmentId);

        Assert.False(job.Tags.Remove("x"));

        Assert.False((await SendAsync(job)).ContainsKey("tags"));
    }

    [Fact]
    public async Task Tags_AreSentAsNull_WhenTheyAreSetToNull()
    {
        var sent = await SendAsync(new MachineLearningCommandJob("true", Examples.EnvironmentId) { Tags = null });

        Assert.True(sent.ContainsKey("tags"));
        Assert.Null(sent["tags"]);
    }

    [Fact]
    public async Task Tags_AreSentEmpty_WhenTheyAreCleared()
    {
        var job = new MachineLearningCommandJob("true", Examples.EnvironmentId);

        job.Tags.Clear();

        Assert.Equal("{}", (await SendAsync(job))["tags"]!.ToJsonString());
    }

    [Fact]
    public async Task Tags_AreSentEmpty_WhenTheLastOneWasRemoved()
    {
        var job = new MachineLearningCommandJob("true", Examples.EnvironmentId) { Tags = { ["a"] = "b" } };

        job.Tags.Remove("a");

        Assert.Equal("{}", (await SendAsync(job))["tags"]!.ToJsonString());
    }

    [Fact]
    public async Task Emails_AreSentAsNull_WhenTheyAreSetToNull()
    {
        var settings = new NotificationSetting { Emails = null };
        settings.EmailOn.Clear();

        var sent = await SendAsync(new MachineLearningCommandJob("true", Examples.EnvironmentId) { NotificationSetting = settings });

        Assert.Equal("""{"emailOn":[],"emails":null}""", sent["notificationSetting"]!.ToJsonString());
    }

    [Fact]
    public async Task CreateOrUpdateAsync_Refuses_WhenAUriIsRelative()
    {
        var job = new MachineLearningCommandJob("true", Examples.EnvironmentId)
        {
            Inputs = { ["data"] = new MachineLearningUriFolderJobInput(new Uri("data/", UriKind.Relative)) },
        };

        await Assert.ThrowsAsync<InvalidOperationException>(() => SendAsync(job));
    }

    [Fact]
    public async Task GetAsync_Refuses_WhenAUriIsRelative() =>
        await Assert.ThrowsAsync<UriFormatException>(() =>
            ReadAsync("properties.inputs", """{"data":{"jobInputType":"uri_folder","uri":"data/"}}""")
        );

    [Fact]
    public async Task GetAllAsync_SendsTheProperties_WhenTheyAreGiven()
    {
        using var arm = new ScriptedArm().Answer(200, """{"value":[]}""");

        await foreach (var _ in arm.Workspace().GetMachineLearningJobs().GetAllAsync(properties: "a=b,c=d", cancellationToken: None))
            Assert.Fail("The list is empty.");

        Assert.EndsWith("&properties=a%3Db%2Cc%3Dd\n", arm.Transcript, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetAllAsync_TakesTheParametersOfVersion11()
    {
        using var arm = new ScriptedArm().Answer(200, """{"value":[]}""");

        await foreach (var _ in arm.Workspace().GetMachineLearningJobs().GetAllAsync(null, "Sweep", null, null, None))
            Assert.Fail("The list is empty.");

        Assert.EndsWith("/jobs?api-version=2024-10-01&jobType=Sweep\n", arm.Transcript, StringComparison.Ordinal);
    }
}
