using System.Diagnostics.CodeAnalysis;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning.Tests;

[SuppressMessage("Usage", "xUnit1051", Justification = "The token is passed where a request could hang; these get a response at once.")]
public class LongRunningOperationTests
{
    private const string StatusUri = "https://management.azure.com/operations/7?api-version=2024-10-01&t=1";

    private static readonly string Creating = ScriptedArm.Example("compute.json", "properties.provisioningState", "Creating");

    private static Task<ArmOperation<MachineLearningComputeResource>> StartAsync(ScriptedArm arm) =>
        arm.Workspace().GetMachineLearningComputes().CreateOrUpdateAsync(WaitUntil.Started, "gpu", Examples.Compute());

    private static IEnumerable<string> FirstLines(ScriptedArm arm) =>
        arm.Requests.Select(request => request.Split('\n')[0].Split('?')[0].Split('/')[^1]);

    [Fact]
    public async Task CreateOrUpdateAsync_ReturnsBeforeTheEnd_WhenOnlyStarted()
    {
        using var arm = new ScriptedArm()
            .Answer(201, Creating, ("Azure-AsyncOperation", StatusUri))
            .Answer(202, """{"status":"InProgress","percentComplete":10}""")
            .Answer(200, """{"status":"Succeeded"}""")
            .Answer(200, ScriptedArm.Example("compute.json"));

        var operation = await StartAsync(arm);
        Assert.False(operation.HasCompleted);
        Assert.False(operation.HasValue);
        Assert.Throws<InvalidOperationException>(() => operation.Value);
        Assert.Equal("7", operation.Id);
        Assert.Equal(201, operation.GetRawResponse().Status);

        await operation.UpdateStatusAsync();
        Assert.False(operation.HasCompleted);

        await operation.UpdateStatusAsync();
        Assert.True(operation.HasCompleted);
        Assert.Equal("gpu", operation.Value.Data.Name);
        await operation.UpdateStatusAsync();
        Assert.Equal(["gpu", "7", "7", "gpu"], FirstLines(arm));
    }

    [Fact]
    public async Task WaitForCompletionAsync_Waits_WhenOnlyStarted()
    {
        using var arm = new ScriptedArm()
            .Answer(201, Creating, ("Azure-AsyncOperation", StatusUri))
            .Answer(200, """{"status":"Creating"}""", ("Retry-After", "0"))
            .Answer(200, """{"status":"Succeeded"}""")
            .Answer(200, ScriptedArm.Example("compute.json"));

        var operation = await StartAsync(arm);
        var answer = await operation.WaitForCompletionAsync(new NoDelay(), CancellationToken.None);

        Assert.Equal("gpu", answer.Value.Data.Name);
        Assert.Equal(200, answer.GetRawResponse().Status);
    }

    [Fact]
    public async Task WaitForCompletionAsync_WaitsAsLongAsRetryAfterSays()
    {
        using var arm = new ScriptedArm()
            .Answer(201, Creating, ("Azure-AsyncOperation", StatusUri))
            .Answer(200, """{"status":"Creating"}""", ("Retry-After", "600"))
            .Answer(200, """{"status":"Succeeded"}""")
            .Answer(200, ScriptedArm.Example("compute.json"));
        using var giveUp = new CancellationTokenSource();
        var operation = await StartAsync(arm);

        var waiting = operation.WaitForCompletionAsync(new NoDelay(), giveUp.Token).AsTask();
        Assert.False(waiting.IsCompleted);
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(["gpu", "7"], FirstLines(arm));
    }

    [Theory]
    [InlineData("Failed")]
    [InlineData("Canceled")]
    public async Task UpdateStatusAsync_ThrowsTheServicesError_WhenTheOperationFailed(string status)
    {
        using var arm = new ScriptedArm()
            .Answer(201, Creating, ("Azure-AsyncOperation", StatusUri))
            .Answer(200, $$$"""{"status":"{{{status}}}","error":{"code":"ClusterMinNodesExceedCoreQuota","message":"quota of 0"}}""");
        var operation = await StartAsync(arm);

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => operation.UpdateStatusAsync().AsTask());

        Assert.Equal("ClusterMinNodesExceedCoreQuota", error.ErrorCode);
        Assert.Contains("quota of 0", error.Message, StringComparison.Ordinal);
        Assert.True(operation.HasCompleted);
        Assert.False(operation.HasValue);
        Assert.Same(error, Assert.Throws<RequestFailedException>(() => operation.Value));
        Assert.Same(error, await Assert.ThrowsAsync<RequestFailedException>(() => operation.WaitForCompletionAsync().AsTask()));
        Assert.Equal(2, arm.Requests.Count);
    }

    [Fact]
    public async Task UpdateStatusAsync_Throws_WhenTheResourceCannotBeReadAtTheEnd()
    {
        using var arm = new ScriptedArm()
            .Answer(201, Creating, ("Azure-AsyncOperation", StatusUri))
            .Answer(200, """{"status":"Succeeded"}""")
            .Answer(404, """{"error":{"code":"ResourceNotFound","message":"gone"}}""");
        var operation = await StartAsync(arm);

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => operation.UpdateStatusAsync().AsTask());

        Assert.Equal((404, "ResourceNotFound"), (error.Status, error.ErrorCode));
    }

    [Fact]
    public async Task UpdateStatus_EqualsUpdateStatusAsync_WhenCalledSynchronously()
    {
        using var arm = new ScriptedArm()
            .Answer(201, Creating, ("Azure-AsyncOperation", StatusUri))
            .Answer(200, """{"status":"Succeeded"}""")
            .Answer(200, ScriptedArm.Example("compute.json"));
        var operation = await StartAsync(arm);

        operation.UpdateStatus();

        Assert.Equal("gpu", operation.Value.Data.Name);
    }

    [Fact]
    public async Task CreateOrUpdateAsync_PollsTheResource_WhenThereIsNoHeader()
    {
        using var arm = new ScriptedArm().Answer(201, Creating).Answer(200, Creating).Answer(200, ScriptedArm.Example("compute.json"));
        var operation = await StartAsync(arm);
        Assert.False(operation.HasCompleted);

        await operation.WaitForCompletionAsync(new NoDelay(), CancellationToken.None);

        Assert.Equal(["gpu", "gpu", "gpu"], FirstLines(arm));
        Assert.StartsWith("GET ", arm.Requests[2]);
    }

    [Fact]
    public async Task CreateOrUpdateAsync_Throws_WhenProvisioningFailed()
    {
        using var arm = new ScriptedArm()
            .Answer(201, Creating)
            .Answer(200, ScriptedArm.Example("compute.json", "properties.provisioningState", "Failed"));
        var operation = await StartAsync(arm);

        await Assert.ThrowsAsync<RequestFailedException>(() => operation.UpdateStatusAsync().AsTask());

        Assert.True(operation.HasCompleted);
    }

    [Fact]
    public async Task CreateOrUpdateAsync_Throws_WhenTheServiceRefusesTheRequest()
    {
        using var arm = new ScriptedArm().Answer(
            400,
            """{"error":{"code":"InvalidPropertyValue","message":"The specified value X is not a supported VM size."}}"""
        );

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => StartAsync(arm));

        Assert.Equal((400, "InvalidPropertyValue"), (error.Status, error.ErrorCode));
        Assert.Contains("The specified value X is not a supported VM size.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CancelAsync_PollsTheLocation_WhenTheServiceGivesOne()
    {
        using var arm = new ScriptedArm()
            .Answer(202, null, ("Location", "https://management.azure.com/operations/8?api-version=2024-10-01"), ("Retry-After", "10"))
            .Answer(202, null, ("Location", "/operations/9"))
            .Answer(200);
        var operation = await CancelAsync(arm);
        Assert.Equal(
            TimeSpan.FromSeconds(10).ToString("ss"),
            operation.GetRawResponse().Headers.First(header => header.Name == "Retry-After").Value
        );

        await operation.UpdateStatusAsync();
        Assert.False(operation.HasCompleted);
        operation.UpdateStatus();

        Assert.True(operation.HasCompleted);
        Assert.Equal(ScriptedArm.Read("Requests/cancel-job.expected.txt"), arm.Transcript);
    }

    [Fact]
    public async Task CancelAsync_Completes_WhenTheServiceResponds200()
    {
        using var arm = new ScriptedArm().Answer(200);

        Assert.True((await CancelAsync(arm)).HasCompleted);
    }

    [Fact]
    public async Task CancelAsync_Throws_WhenTheLocationRespondsWithAnError()
    {
        using var arm = new ScriptedArm()
            .Answer(202, null, ("Location", "https://management.azure.com/operations/8"))
            .Answer(409, """{"error":{"code":"Conflict","message":"already ended"}}""");
        var operation = await CancelAsync(arm);

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => operation.WaitForCompletionResponseAsync().AsTask());

        Assert.Equal((409, "Conflict"), (error.Status, error.ErrorCode));
    }

    private static Task<ArmOperation> CancelAsync(ScriptedArm arm) =>
        arm.Connect()
            .GetMachineLearningJobResource(
                MachineLearningJobResource.CreateResourceIdentifier(ScriptedArm.SubscriptionId, "ml-rg", "ml-ws", "pothole-0a1b2c")
            )
            .CancelAsync(WaitUntil.Started);

    /// <summary>Polls at once, unless the service requests a wait.</summary>
    private sealed class NoDelay() : DelayStrategy(maxDelay: TimeSpan.Zero)
    {
        protected override TimeSpan GetNextDelayCore(Response? response, int retryNumber) => TimeSpan.Zero;
    }
}
