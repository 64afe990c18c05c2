using System.Text.Json.Nodes;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning.Tests;

public class JobTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static async Task<MachineLearningJobProperties> ReadAsync(string? path = null, JsonNode? value = null)
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("job.json", path, value));
        return (await arm.Workspace().GetMachineLearningJobAsync("pothole-0a1b2c", None)).Value.Data.Properties;
    }

    [Fact]
    public async Task CreateOrUpdateAsync_SendsTheWholeJob()
    {
        using var arm = new ScriptedArm().Answer(201, ScriptedArm.Example("job.json"));

        var operation = await arm.Workspace()
            .GetMachineLearningJobs()
            .CreateOrUpdateAsync(WaitUntil.Completed, "pothole-0a1b2c", new MachineLearningJobData(Examples.Job()), None);

        Assert.Equal(ScriptedArm.Read("Requests/create-job.expected.txt"), arm.Transcript);
        Assert.True(operation.HasCompleted);
        Assert.Equal("pothole-0a1b2c", operation.Value.Data.Name);
    }

    [Fact]
    public async Task CreateOrUpdateAsync_SendsOnlyCommandAndEnvironment_WhenNothingElseIsSet()
    {
        using var arm = new ScriptedArm().Answer(201, ScriptedArm.Example("job.json"));
        var job = new MachineLearningCommandJob("true", Examples.EnvironmentId);

        await arm.Workspace().GetMachineLearningJobs().CreateOrUpdateAsync(WaitUntil.Started, "j", new MachineLearningJobData(job), None);

        Assert.Equal(ScriptedArm.Read("Requests/create-small-job.expected.txt"), arm.Transcript);
    }

    [Theory]
    [InlineData("managed")]
    [InlineData("user")]
    public async Task CreateOrUpdateAsync_SendsTheIdentity(string kind)
    {
        using var arm = new ScriptedArm().Answer(201, ScriptedArm.Example("job.json"));
        var job = new MachineLearningCommandJob("true", Examples.EnvironmentId)
        {
            Identity =
                kind == "user"
                    ? new MachineLearningUserIdentity()
                    : new MachineLearningManagedIdentity
                    {
                        ClientId = new Guid("00000000-0000-0000-0000-00000000000d"),
                        ObjectId = new Guid("00000000-0000-0000-0000-00000000000e"),
                        ResourceId = Examples.ComputeId,
                    },
        };

        await arm.Workspace().GetMachineLearningJobs().CreateOrUpdateAsync(WaitUntil.Started, "j", new MachineLearningJobData(job), None);

        Assert.Equal(ScriptedArm.Read($"Requests/create-job-{kind}-identity.expected.txt"), arm.Transcript);
    }

    [Fact]
    public async Task UpdateAsync_OmitsReadOnlyMembers_WhenAResponseIsSentBack()
    {
        using var arm = new ScriptedArm().Answer(200, ScriptedArm.Example("job.json")).Answer(200, ScriptedArm.Example("job.json"));
        var job = (await arm.Workspace().GetMachineLearningJobAsync("pothole-0a1b2c", None)).Value;
        job.Data.Properties.Tags["verdict"] = "good";

        await job.UpdateAsync(WaitUntil.Completed, job.Data, None);

        Assert.Equal(ScriptedArm.Read("Requests/update-job.expected.txt"), arm.Requests[1]);
    }

    [Fact]
    public async Task GetAsync_ReadsACommandJob()
    {
        var job = Assert.IsType<MachineLearningCommandJob>(await ReadAsync());

        Assert.Equal(MachineLearningJobStatus.Running, job.Status);
        Assert.Equal(("pothole", "pothole-0a1b2c", "First try"), (job.ExperimentName, job.DisplayName, job.Description));
        Assert.Equal(Examples.ComputeId, job.ComputeId);
        Assert.Equal(Examples.EnvironmentId, job.EnvironmentId);
        Assert.Null(job.CodeId);
        Assert.Equal("python -m detection train --data ${{inputs.data}}", job.Command);
        Assert.Equal("{}", job.EnvironmentVariables["EXP_CONFIG"]);
        Assert.Equal("gpu", job.Properties["_azureml.ClusterName"]);
        Assert.Equal(
            new Uri("azureml://datastores/test_data/paths/"),
            Assert.IsType<MachineLearningUriFolderJobInput>(job.Inputs["data"]).Uri
        );
        Assert.Equal("0.01", Assert.IsType<MachineLearningLiteralJobInput>(job.Inputs["lr"]).Value);
        Assert.Null(Assert.IsType<MachineLearningUriFolderJobOutput>(job.Outputs["checkpoints"]).Uri);
        Assert.Equal(
            MachineLearningOutputDeliveryMode.ReadWriteMount,
            ((MachineLearningUriFolderJobOutput)job.Outputs["checkpoints"]).Mode
        );
        Assert.Equal(
            "/ExperimentRun/dcid.pothole-0a1b2c",
            ((MachineLearningUriFolderJobOutput)job.Outputs["default"]).Uri?.AbsolutePath.Replace(
                "/workspaceartifactstore",
                "",
                StringComparison.Ordinal
            )
        );
        Assert.Equal(TimeSpan.FromDays(1), job.Limits?.Timeout);
        Assert.Equal((1, "2g"), (job.Resources?.InstanceCount, job.Resources?.ShmSize));
        Assert.IsType<AmlToken>(job.Identity);
        Assert.Equal("https://ml.azure.com/runs/pothole-0a1b2c", job.Services["Studio"].Endpoint);
        Assert.Null(job.Services["Studio"].Port);
        Assert.Equal("""{"a":1}""", job.Parameters?.ToString().Replace(" ", "", StringComparison.Ordinal));
        Assert.False(job.IsArchived);
    }

    [Theory]
    [InlineData("Pipeline")]
    [InlineData("SomethingNew")]
    public async Task GetAsync_ReadsTheBase_WhenAJobIsOfAnUnknownKind(string type)
    {
        var job = await ReadAsync("properties.jobType", type);

        Assert.Equal(typeof(MachineLearningJobProperties), job.GetType());
        Assert.Equal(MachineLearningJobStatus.Running, job.Status);
        Assert.Equal("1000", job.Tags["steps"]);
    }

    [Fact]
    public async Task GetAsync_KeepsTheStatus_WhenItIsUnknown()
    {
        var status = (await ReadAsync("properties.status", "Resting")).Status;

        Assert.Equal("Resting", status?.ToString());
        Assert.NotEqual(MachineLearningJobStatus.Running, status);
    }

    [Theory]
    [InlineData("properties.inputs.data.jobInputType")]
    [InlineData("properties.outputs.default.jobOutputType")]
    [InlineData("properties.identity.identityType")]
    public async Task GetAsync_ReadsTheJob_WhenAPartIsOfAnUnknownKind(string path)
    {
        var job = await ReadAsync(path, "something_new");

        Assert.Equal(MachineLearningJobStatus.Running, job.Status);
    }

    [Theory]
    [InlineData("properties.tags")]
    [InlineData("properties.inputs")]
    [InlineData("properties.inputs.lr")]
    [InlineData("properties.environmentVariables")]
    [InlineData("properties.environmentId")]
    [InlineData("properties.limits")]
    [InlineData("properties.resources")]
    [InlineData("properties.services")]
    [InlineData("properties.identity")]
    [InlineData("properties.parameters")]
    [InlineData("properties.computeId")]
    [InlineData("systemData")]
    public async Task GetAsync_ReadsTheJob_WhenAMemberIsNull(string path)
    {
        var job = Assert.IsType<MachineLearningCommandJob>(await ReadAsync(path));

        Assert.Equal("python -m detection train --data ${{inputs.data}}", job.Command);
    }

    [Fact]
    public async Task GetAsync_IgnoresMembers_ThatItDoesNotKnow()
    {
        Assert.Equal(
            MachineLearningJobStatus.Running,
            (await ReadAsync("properties.later", new JsonObject { ["a"] = new JsonArray(1, 2) })).Status
        );
    }

    [Fact]
    public async Task GetAsync_ReadsATagAsText_WhenItIsANumber()
    {
        Assert.Equal("1000", (await ReadAsync("properties.tags.steps", 1000)).Tags["steps"]);
    }

    [Fact]
    public async Task GetAllAsync_FollowsEveryNextLink_ToTheEnd()
    {
        using var arm = new ScriptedArm()
            .Answer(
                200,
                $$"""
                {"value":[{{ScriptedArm.Example("job.json")}}],
                 "nextLink":"https://management.azure.com/jobs?$skip=abc%2F1&api-version=2024-10-01"}
                """
            )
            .Answer(200, """{"value":[],"nextLink":"/jobs?$skip=def"}""")
            .Answer(200, $$"""{"value":[{{ScriptedArm.Example("job.json", "name", "second")}}]}""");

        var names = new List<string>();
        await foreach (
            var job in arm.Workspace()
                .GetMachineLearningJobs()
                .GetAllAsync(
                    jobType: "Command",
                    tag: "experiment_hash",
                    listViewType: MachineLearningListViewType.ActiveOnly,
                    cancellationToken: None
                )
        )
        {
            names.Add(job.Data.Name);
        }

        Assert.Equal(ScriptedArm.Read("Requests/list-jobs.expected.txt"), arm.Transcript);
        Assert.Equal(["pothole-0a1b2c", "second"], names);
    }

    [Fact]
    public async Task GetAllAsync_Resumes_FromAContinuationToken()
    {
        using var arm = new ScriptedArm()
            .Answer(200, """{"value":[],"nextLink":"https://management.azure.com/jobs?$skip=2"}""")
            .Answer(200, """{"value":[]}""");
        var all = arm.Workspace().GetMachineLearningJobs().GetAllAsync(cancellationToken: None);
        string? token = null;
        await foreach (var page in all.AsPages())
        {
            token = page.ContinuationToken;
            break;
        }

        await foreach (var page in all.AsPages(token))
            Assert.Null(page.ContinuationToken);

        Assert.Equal("GET https://management.azure.com/jobs?$skip=2&api-version=2024-10-01\n", arm.Requests[1]);
    }

    [Fact]
    public async Task GetAsync_ReachesNoOtherResource_WhenTheNameHoldsASlash()
    {
        using var arm = new ScriptedArm().Answer(404, """{"error":{"code":"ResourceNotFound","message":"not there"}}""");

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => arm.Workspace().GetMachineLearningJobAsync("a/../b c", None));

        Assert.Equal(
            $"GET https://management.azure.com{ScriptedArm.WorkspacePath}/jobs/a%2F..%2Fb%20c?api-version=2024-10-01\n",
            arm.Transcript
        );
        Assert.Equal("ResourceNotFound", error.ErrorCode);
    }

    [Fact]
    public async Task GetAsync_Refuses_WhenTheNameIsEmpty()
    {
        using var arm = new ScriptedArm();

        await Assert.ThrowsAsync<ArgumentException>(() => arm.Workspace().GetMachineLearningJobAsync("", None));
    }

    [Fact]
    public async Task DeleteAsync_PollsTheLocation_WhenTheServiceGivesOne()
    {
        using var arm = new ScriptedArm()
            .Answer(202, null, ("Location", "https://management.azure.com/operations/3?api-version=2024-10-01"))
            .Answer(204);
        var id = MachineLearningJobResource.CreateResourceIdentifier(ScriptedArm.SubscriptionId, "ml-rg", "ml-ws", "j");

        var operation = await arm.Connect().GetMachineLearningJobResource(id).DeleteAsync(WaitUntil.Completed, None);

        Assert.True(operation.HasCompleted);
        Assert.Equal(
            $"DELETE https://management.azure.com{id}?api-version=2024-10-01\n\nGET "
                + "https://management.azure.com/operations/3?api-version=2024-10-01\n",
            arm.Transcript
        );
    }
}
