using System.Net;
using System.Text.Json.Nodes;
using static WorkspaceEmulator.Tests.Sweeps.TestSweep;

namespace WorkspaceEmulator.Tests.Sweeps;

public class SweepRequestTests
{
    [Fact]
    public async Task Put_StoresTheGoalAsAzureWritesIt_WhenMlClientSendsLowerCase()
    {
        await using var emulator = await TestEmulator.StartAsync();

        var created = await SubmitAsync(emulator, "echo ${{search_space.a}}", """{"a":["choice",[[1,2]]]}""", properties =>
            properties["objective"]!["goal"] = "minimize"
        );

        Assert.Equal("Minimize", (string?)created["properties"]!["objective"]!["goal"]);
    }

    [Fact]
    public async Task Put_ChangesNothing_WhenASweepIsSentAgain()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var body = Sweep("true", """{"a":["choice",[[1,2]]]}""").ToJsonString();
        await SubmitAsync(emulator, "true", """{"a":["choice",[[1,2]]]}""");
        await emulator.WaitForEndAsync("sweep");

        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, TestEmulator.Arm("/jobs/sweep"), body);

        Assert.Equal(2, (await ChildrenAsync(emulator)).Count);
        var other = Sweep("true", """{"a":["choice",[[1,2,3]]]}""").ToJsonString();
        var refused = await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Put, TestEmulator.Arm("/jobs/sweep"), other);
        Assert.Equal(
            "properties.searchSpace of job 'sweep' cannot be changed; submit a job of another name.",
            (string?)refused["error"]!["message"]
        );
    }

    [Theory]
    [InlineData("searchSpace", "{}", "properties.searchSpace is missing; it must hold each parameter with its distribution.")]
    [InlineData("searchSpace", """{"a":["uniform",[0,1]]}""", "properties.searchSpace.a is 'uniform'; Grid sampling takes choice only.")]
    [InlineData(
        "searchSpace",
        """{"a.b":["choice",[[1]]]}""",
        "properties.searchSpace has 'a.b'; a name must match ^[A-Za-z_][A-Za-z0-9_]*$."
    )]
    [InlineData("searchSpace", """{"a":["choice",[["x\u0000"]]]}""", "properties.trial.command holds a zero character; it must hold none.")]
    [InlineData(
        "searchSpace",
        """{"a":["lognormal",[1000,1]]}""",
        "properties.searchSpace.a is [\"lognormal\",[1000,1]]; lognormal must have no value beyond the largest number, about 1.8e308."
    )]
    [InlineData(
        "searchSpace",
        """{"a":["uniform",[-1.7e308,1.7e308]]}""",
        "properties.searchSpace.a is [\"uniform\",[-1.7e308,1.7e308]]; uniform must have no value beyond the largest number, about 1.8e308."
    )]
    [InlineData(
        "searchSpace",
        """{"b":["choice",[[1]]]}""",
        "properties.trial.command refers to ${{search_space.a}}, which the job does not define."
    )]
    [InlineData(
        "samplingAlgorithm",
        """{"samplingAlgorithmType":"Random"}""",
        "properties.limits.maxTotalTrials is missing; Random sampling has no end without it."
    )]
    [InlineData(
        "samplingAlgorithm",
        """{"samplingAlgorithmType":"Guess"}""",
        "properties.samplingAlgorithm.samplingAlgorithmType is 'Guess'; it must be Random, Grid or Bayesian."
    )]
    [InlineData(
        "objective",
        """{"goal":"Maximize"}""",
        "properties.objective.primaryMetric is missing; it must name the metric by which trials are compared."
    )]
    [InlineData("objective", """{"primaryMetric":"m"}""", "properties.objective.goal is ''; it must be Maximize or Minimize.")]
    [InlineData("limits", """{"maxTotalTrials":0}""", "properties.limits.maxTotalTrials is 0; it must be from 1 to 1000.")]
    [InlineData(
        "limits",
        """{"maxTotalTrials":2,"maxConcurrentTrials":3}""",
        "properties.limits.maxConcurrentTrials is 3; it must be at most maxTotalTrials, which is 2."
    )]
    [InlineData(
        "limits",
        """{"trialTimeout":"soon"}""",
        "properties.limits.trialTimeout is 'soon'; it must be an ISO 8601 duration such as PT2H."
    )]
    [InlineData("trial", """{"command":"true"}""", "properties.trial.environmentId is missing; a command job must have it.")]
    [InlineData("computeId", "\"other\"", "properties.computeId is 'other'; workspace 'work' has no compute 'other'.")]
    public async Task Put_IsRefused_WhenASweepIsWrong(string member, string json, string message)
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();
        var sweep = Sweep("echo ${{search_space.a}}", """{"a":["choice",[[1,2]]]}""", properties =>
            properties[member] = JsonNode.Parse(json)
        );

        var refused = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/sweep"),
            sweep.ToJsonString()
        );

        Assert.Equal(message, (string?)refused["error"]!["message"]);
    }
}
