using System.Net;
using System.Text.Json.Nodes;
using static WorkspaceEmulator.Tests.TestEmulator;

namespace WorkspaceEmulator.Tests.Pipelines;

/// <summary>Command jobs that run a registered component.</summary>
public class ComponentJobTests
{
    private const string EnvironmentId = $"/{TestEmulator.Workspace}/environments/detection/versions/1";
    private const string ComponentId = $"/{TestEmulator.Workspace}/components/say/versions/1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<TestEmulator> StartWithComponentAsync(string type = "command")
    {
        var emulator = await StartAsync();
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();
        var spec = """
            {"properties":{"componentSpec":{"type":"TYPE","environment":"azureml:ENVIRONMENT",
             "command":"echo ${{inputs.word}}$[[ loudly ${{inputs.volume}}]]$[[ twice ${{inputs.count}}]] | tee ${{outputs.text}}/a.txt",
             "inputs":{"word":{"type":"string"},"volume":{"type":"integer","default":11},"count":{"type":"integer","optional":true}},
             "outputs":{"text":{"type":"uri_folder"}},"resources":{"instance_count":2}}}}
            """;
        spec = spec.Replace("TYPE", type, StringComparison.Ordinal).Replace("ENVIRONMENT", EnvironmentId, StringComparison.Ordinal);
        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/components/say/versions/1"), spec);
        return emulator;
    }

    private static string Job(string members, string id = ComponentId) =>
        "{\"properties\":{\"jobType\":\"Command\",\"computeId\":\"/"
        + TestEmulator.Workspace
        + $"/computes/cpu\",\"componentId\":\"{id}\"{members}"
        + "}}";

    private const string Word = ""","inputs":{"word":{"jobInputType":"literal","value":"hello"}}""";

    [Fact]
    public async Task Put_RunsTheComponent_WithItsCommandEnvironmentDefaultsAndOutputs()
    {
        await using var emulator = await StartWithComponentAsync();

        var created = await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            Arm("/jobs/job"),
            Job(Word + ""","command":"echo the job's own","tags":{"a":"b"}""")
        );
        await emulator.WaitForEndAsync("job");

        Assert.Equal("Completed", await emulator.StatusAsync("job"));
        Assert.Equal("hello loudly 11\n", emulator.Log("job"));
        var text = Directory.GetFiles(Path.Combine(emulator.Folder, "storage"), "a.txt", SearchOption.AllDirectories).Single();
        Assert.Equal("hello loudly 11\n", await File.ReadAllTextAsync(text, Stop));
        var properties = created["properties"]!;
        Assert.Equal((ComponentId, EnvironmentId), ((string?)properties["componentId"], (string?)properties["environmentId"]));
        Assert.Equal((2, "b"), ((int)properties["resources"]!["instanceCount"]!, (string?)properties["tags"]!["a"]));
    }

    [Fact]
    public async Task Put_PrefersWhatTheJobHas_AndAcceptsItsOwnAnswer()
    {
        await using var emulator = await StartWithComponentAsync();
        const string Own =
            ""","inputs":{"word":{"jobInputType":"literal","value":"hi"},"count":{"jobInputType":"literal","value":"3"}},"resources":{"instanceCount":1}""";

        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/jobs/job"), Job(Own));
        await emulator.WaitForEndAsync("job");
        var answer = await emulator.GetAsync(Arm("/jobs/job"));
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, Arm("/jobs/job"), answer.ToJsonString());
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, Arm("/jobs/job"), Job(Own));

        Assert.Equal("hi loudly 11 twice 3\n", emulator.Log("job"));
        Assert.Equal(1, (int)answer["properties"]!["resources"]!["instanceCount"]!);
    }

    [Theory]
    [InlineData(400, "properties.inputs.word is missing; the component needs it.", ComponentId)]
    [InlineData(400, "has no component 'none' with version '1'", "azureml:none:1")]
    [InlineData(501, "a component of a registry (properties.componentId)", "azureml://registries/azureml/components/x/versions/1")]
    public async Task Put_RefusesTheJob(int status, string message, string id)
    {
        await using var emulator = await StartWithComponentAsync();

        var body = await emulator.ExpectAsync((HttpStatusCode)status, HttpMethod.Put, Arm("/jobs/job"), Job("", id));

        Assert.Contains(message, (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_SweepsTheComponent_WithParametersInPlaceOfItsInputs()
    {
        await using var emulator = await StartWithComponentAsync();
        const string Space =
            Word
            + ""","searchSpace":{"count":["choice",[[1,2]]]},"samplingAlgorithm":{"samplingAlgorithmType":"Grid"},"""
            + """ "objective":{"goal":"Maximize","primaryMetric":"m"}""";

        var created = await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            Arm("/jobs/sweep"),
            Job(Space).Replace("Command", "Sweep", StringComparison.Ordinal)
        );
        await emulator.WaitForEndAsync("sweep");

        Assert.Equal(("hello loudly 11 twice 1\n", "hello loudly 11 twice 2\n"), (emulator.Log("sweep_0"), emulator.Log("sweep_1")));
        Assert.Equal(ComponentId, (string?)created["properties"]!["componentId"]);
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, Arm("/jobs/sweep"), created.ToJsonString());
    }

    [Theory]
    [InlineData("", 11)]
    [InlineData(""", "volume":{"jobInputType":"literal","value":"3"}""", 3)]
    public async Task Put_RunsThePipelineComponent_WithItsStepsDefaultsAndOutputs(string more, int volume)
    {
        await using var emulator = await StartWithComponentAsync();
        const string Component = """
            {"properties":{"componentSpec":{"type":"pipeline",
             "inputs":{"greeting":{"type":"string"},"volume":{"type":"integer","default":11},"times":{"type":"integer","optional":true}},
             "outputs":{"spoken":{"type":"uri_folder"}},
             "jobs":{"say":{"type":"command","componentId":"azureml:say:1","outputs":{"text":{"value":"${{parent.outputs.spoken}}"}},
              "inputs":{"word":"${{parent.inputs.greeting}}","volume":"${{parent.inputs.volume}}","count":"${{parent.inputs.times}}"}}}}}}
            """;
        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/components/talk/versions/1"), Component);
        var job = Job($$""","inputs":{"greeting":{"jobInputType":"literal","value":"hey"}{{more}}}""", "azureml:talk:1");

        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            Arm("/jobs/pipe"),
            job.Replace("Command", "Pipeline", StringComparison.Ordinal)
        );
        var details = await emulator.WaitForEndAsync("pipe");

        Assert.Equal("Completed", (string?)details["status"]);
        var text = Directory.GetFiles(Path.Combine(emulator.Folder, "storage"), "a.txt", SearchOption.AllDirectories).Single();
        Assert.EndsWith("azureml/pipe/spoken/a.txt", text, StringComparison.Ordinal);
        Assert.Equal($"hey loudly {volume}\n", await File.ReadAllTextAsync(text, Stop));
    }

    [Theory]
    [InlineData("parallel", "Command", "a command of a component of type parallel (properties)")]
    [InlineData("parallel", "Sweep", "a command of a component of type parallel (properties)")]
    [InlineData("command", "Pipeline", "a pipeline of a component of type command (properties.componentId)")]
    public async Task Put_IsNotEmulated_WhenTheComponentOrTheJobIsOfAnotherKind(string type, string job, string message)
    {
        await using var emulator = await StartWithComponentAsync(type);
        var given = Job(Word).Replace("\"Command\"", $"\"{job}\"", StringComparison.Ordinal);

        var body = await emulator.ExpectAsync(HttpStatusCode.NotImplemented, HttpMethod.Put, Arm("/jobs/job"), given);

        Assert.Contains(message, (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_ASchedule_ChecksTheComponentOfItsJob()
    {
        await using var emulator = await StartWithComponentAsync();

        string Schedule(string job) =>
            new JsonObject
            {
                ["properties"] = new JsonObject
                {
                    ["action"] = new JsonObject
                    {
                        ["actionType"] = "CreateJob",
                        ["jobDefinition"] = JsonNode.Parse(job)!["properties"]!.DeepClone(),
                    },
                    ["trigger"] = JsonNode.Parse("""{"triggerType":"Cron","expression":"0 3 * * *"}"""),
                },
            }.ToJsonString();

        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/schedules/nightly"), Schedule(Job(Word)));
        var body = await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Put, Arm("/schedules/other"), Schedule(Job("")));

        Assert.Contains("properties.inputs.word is missing", (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }
}
