using System.Net;
using System.Text.Json.Nodes;
using static WorkspaceEmulator.Tests.TestEmulator;

namespace WorkspaceEmulator.Tests.Pipelines;

public class PipelineTests
{
    private const string EnvironmentId = $"/{TestEmulator.Workspace}/environments/detection/versions/1";

    // Runs until the file go is in its gate.
    private const string WaitForGo = "while [ ! -e ${{outputs.gate}}/go ]; do sleep 0.05; done; ";

    private static string Pipeline(string jobs, Action<JsonObject>? change = null)
    {
        var properties = new JsonObject
        {
            ["jobType"] = "Pipeline",
            ["experimentName"] = "potholes",
            ["settings"] = new JsonObject { ["default_compute"] = $"/{TestEmulator.Workspace}/computes/cpu" },
            ["jobs"] = JsonNode.Parse(jobs),
        };
        foreach (var (_, step) in properties["jobs"]!.AsObject())
        {
            if (step!["componentId"] is null)
                step["environmentId"] = EnvironmentId;
            step["type"] ??= "command";
        }

        change?.Invoke(properties);
        return new JsonObject { ["properties"] = properties }.ToJsonString();
    }

    private static string Step(string command, string inputs = "{}", string outputs = """{"out":{"job_output_type":"uri_folder"}}""") =>
        $$"""{"command":{{JsonValue.Create(command).ToJsonString()}},"inputs":{{inputs}},"outputs":{{outputs}}}""";

    private static string From(string step) =>
        $$$"""{"from":{"job_input_type":"literal","value":"${{parent.jobs.{{{step}}}.outputs.out}}"}}""";

    private static async Task SubmitAsync(TestEmulator emulator, string body)
    {
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();
        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/jobs/pipe"), body);
    }

    private static async Task<Dictionary<string, JsonNode>> ChildrenAsync(TestEmulator emulator) =>
        (await emulator.GetAsync(History("/runs/pipe/children")))["value"]!
            .AsArray()
            .ToDictionary(child => (string)child!["displayName"]!, child => child!, StringComparer.Ordinal);

    private static async Task<string> StatusesAsync(TestEmulator emulator) =>
        string.Join(
            ", ",
            (await ChildrenAsync(emulator))
                .OrderBy(child => child.Key, StringComparer.Ordinal)
                .Select(child => $"{child.Key} {child.Value["status"]}")
        );

    private static async Task<string> ErrorAsync(TestEmulator emulator) =>
        (string)(await emulator.GetAsync(History("/runs/pipe/details")))["error"]!["error"]!["message"]!;

    private static Task WaitForAsync(TestEmulator emulator, string statuses) =>
        EventuallyAsync(
            async () => await StatusesAsync(emulator) == statuses,
            async () => $"the steps are {await StatusesAsync(emulator)}"
        );

    [Fact]
    public async Task Put_RunsTheStepsInOrder_AndPassesOutputsOn()
    {
        await using var emulator = await StartAsync();
        var jobs = $$"""
            {"last":{{Step(
                "cat ${{inputs.from}}/a.txt > ${{outputs.out}}/b.txt",
                From("first"),
                """{"out":{"value":"${{parent.outputs.result}}"}}"""
            )}},
             "first":{{Step("echo ${{inputs.word}} > ${{outputs.out}}/a.txt", """{"word":{"value":"a ${{parent.inputs.kind}} hole"}}""")}}}
            """;
        var body = Pipeline(jobs, properties =>
        {
            properties["inputs"] = JsonNode.Parse("""{"kind":{"jobInputType":"literal","value":"pot"}}""");
            properties["outputs"] = JsonNode.Parse("""{"result":{"jobOutputType":"uri_folder","assetName":"words"}}""");
        });

        await SubmitAsync(emulator, body);
        await emulator.WaitForEndAsync("pipe");

        Assert.Equal("Completed", await emulator.StatusAsync("pipe"));
        Assert.Equal("first Completed, last Completed", await StatusesAsync(emulator));
        var result = Directory.GetFiles(Path.Combine(emulator.Folder, "storage"), "b.txt", SearchOption.AllDirectories).Single();
        Assert.Equal("a pot hole\n", await File.ReadAllTextAsync(result, TestContext.Current.CancellationToken));
        Assert.EndsWith("azureml/pipe/result/b.txt", result, StringComparison.Ordinal);
        var children = await ChildrenAsync(emulator);
        Assert.All(children.Values, child => Assert.Equal("pipe", (string?)child["parentRunId"]));
        Assert.True((DateTimeOffset)children["last"]["startTimeUtc"]! >= (DateTimeOffset)children["first"]["endTimeUtc"]!);
        Assert.Equal(["pipe"], (await emulator.GetAsync(Arm("/jobs")))["value"]!.AsArray().Select(job => (string?)job!["name"]));
        Assert.Single((await emulator.GetAsync(Arm("/data/words/versions")))["value"]!.AsArray());
        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Delete, Arm("/jobs/pipe"));
        Assert.Empty(Directory.GetDirectories(Path.Combine(emulator.Folder, "jobs")));
    }

    [Fact]
    public async Task Put_RunsTheStepsOfAPipelineComponent()
    {
        await using var emulator = await StartAsync();
        var inner = new JsonObject
        {
            ["say"] = JsonNode.Parse(
                Step("echo ${{inputs.word}} > ${{outputs.out}}/a.txt", """{"word":"a ${{parent.inputs.kind}} ${{parent.inputs.size}}"}""")
            ),
            ["copy"] = JsonNode.Parse(
                Step(
                    "cat ${{inputs.from}}/a.txt ${{inputs.more}}/a.txt > ${{outputs.out}}/b.txt",
                    """{"from":"${{parent.jobs.say.outputs.out}}","more":"${{parent.inputs.more}}"}""",
                    """{"out":"${{parent.outputs.text}}"}"""
                )
            ),
        };
        foreach (var (_, step) in inner)
            (step!["environmentId"], step["type"]) = (EnvironmentId, "command");
        var component = new JsonObject
        {
            ["type"] = "pipeline",
            ["inputs"] = JsonNode.Parse(
                """{"kind":{"type":"string"},"size":{"type":"string","default":"big"},"more":{"type":"uri_folder"}}"""
            ),
            ["outputs"] = JsonNode.Parse("""{"text":{"type":"uri_folder"}}"""),
            ["jobs"] = inner,
        };
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            Arm("/components/nested/versions/1"),
            new JsonObject { ["properties"] = new JsonObject { ["componentSpec"] = component } }.ToJsonString()
        );
        var nested = $$"""
            {"type":"pipeline","componentId":"/{{TestEmulator.Workspace}}/components/nested/versions/1",
             "inputs":{"kind":{"job_input_type":"literal","value":"hole"},"more":{"job_input_type":"literal","value":"${FIRST}"} },
             "outputs":{"text":{"value":"${RESULT}"} } }
            """.Replace("${FIRST}", "${{parent.jobs.first.outputs.out}}", StringComparison.Ordinal).Replace(
            "${RESULT}",
            "${{parent.outputs.result}}",
            StringComparison.Ordinal
        );
        var jobs = new JsonObject
        {
            ["first"] = JsonNode.Parse(Step("echo first > ${{outputs.out}}/a.txt")),
            ["nested"] = JsonNode.Parse(nested),
            ["last"] = JsonNode.Parse(Step("cat ${{inputs.from}}/b.txt", """{"from":{"value":"${{parent.jobs.nested.outputs.text}}"}}""")),
        }.ToJsonString();

        await SubmitAsync(
            emulator,
            Pipeline(jobs, properties => properties["outputs"] = JsonNode.Parse("""{"result":{"jobOutputType":"uri_folder"}}"""))
        );
        await emulator.WaitForEndAsync("pipe");

        Assert.Equal("first Completed, last Completed, nested_copy Completed, nested_say Completed", await StatusesAsync(emulator));
        Assert.Equal("a hole big\nfirst\n", emulator.Log((string)(await ChildrenAsync(emulator))["last"]["runId"]!));
        var result = Directory.GetFiles(Path.Combine(emulator.Folder, "storage"), "b.txt", SearchOption.AllDirectories).Single();
        Assert.EndsWith("azureml/pipe/result/b.txt", result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_Returns400_WhenAPipelineComponentHoldsItself()
    {
        await using var emulator = await StartAsync();
        var id = $"/{TestEmulator.Workspace}/components/nested/versions/1";
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            Arm("/components/nested/versions/1"),
            $$"""{"properties":{"componentSpec":{"type":"pipeline","jobs":{"again":{"type":"pipeline","componentId":"{{id}}"} } } } }"""
        );
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();

        var body = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            Arm("/jobs/pipe"),
            Pipeline($$"""{"nested":{"type":"pipeline","componentId":"{{id}}"} }""")
        );

        Assert.StartsWith(
            "properties.jobs holds pipeline components in each other",
            (string?)body["error"]!["message"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Put_Returns400_WhenPipelineComponentsMultiplyTheirSteps()
    {
        await using var emulator = await StartAsync();
        for (var level = 0; level < 7; level++)
        {
            var inner = $"/{TestEmulator.Workspace}/components/level{level - 1}/versions/1";
            var steps = Enumerable
                .Range(0, level == 0 ? 0 : 10)
                .Select(step => $$""" "step{{step}}":{"type":"pipeline","componentId":"{{inner}}"} """);
            await emulator.ExpectAsync(
                HttpStatusCode.Created,
                HttpMethod.Put,
                Arm($"/components/level{level}/versions/1"),
                $$"""{"properties":{"componentSpec":{"type":"pipeline","jobs":{ {{string.Join(',', steps)}} } } } }"""
            );
        }

        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();

        var body = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            Arm("/jobs/pipe"),
            Pipeline($$"""{"nested":{"type":"pipeline","componentId":"/{{TestEmulator.Workspace}}/components/level6/versions/1"} }""")
        );

        Assert.Equal("properties.jobs holds pipeline components with more than 1000 steps in all.", (string?)body["error"]!["message"]);
    }

    [Fact]
    public async Task Put_RunsAComponent_WithItsDefaultsAndOptionalInputs()
    {
        await using var emulator = await StartAsync();
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            Arm("/components/say/versions/1"),
            """
            {"properties":{"componentSpec":{"type":"command","environment":"azureml:detection:1",
             "command":"echo ${{inputs.word}}$[[ loudly ${{inputs.volume}}]]$[[ twice ${{inputs.count}}]]",
             "inputs":{"word":{"type":"string","default":"hello"},"volume":{"type":"integer","optional":true},
              "count":{"type":"integer","optional":true} } } } }
            """.Replace("azureml:detection:1", $"azureml:{EnvironmentId}", StringComparison.Ordinal)
        );
        var jobs = $$"""{"say":{"componentId":"/{{TestEmulator.Workspace}}/components/say/versions/1","inputs":{"volume":11} } }""";

        await SubmitAsync(emulator, Pipeline(jobs));
        await emulator.WaitForEndAsync("pipe");

        Assert.Equal("Completed", await emulator.StatusAsync("pipe"));
        Assert.Equal("hello loudly 11\n", emulator.Log((string)(await ChildrenAsync(emulator))["say"]["runId"]!));
    }

    [Theory]
    [InlineData(null, "bad Failed, good Completed")]
    [InlineData("False", "bad Failed, good Canceled")]
    public async Task Put_StopsWhatDependsOnAFailedStep(string? continues, string statuses)
    {
        await using var emulator = await StartAsync();
        var jobs = $$"""
            {"bad":{{Step(continues is null ? "exit 3" : "sleep 0.3; exit 3")}},"after":{{Step("true", From("bad"))}},"late":{{Step(
                "true",
                From("after")
            )}},
             "good":{{Step(continues is null ? "true" : "sleep 600")}} }
            """;

        await SubmitAsync(emulator, Pipeline(jobs, properties =>
            {
                if (continues is not null)
                    properties["settings"]!["continue_on_step_failure"] = continues;
            }));
        await emulator.WaitForEndAsync("pipe");

        Assert.Equal("Failed", await emulator.StatusAsync("pipe"));
        Assert.Equal(statuses, await StatusesAsync(emulator));
        Assert.StartsWith("Step 'bad' (", await ErrorAsync(emulator), StringComparison.Ordinal);
        Assert.Contains("is Failed: ", await ErrorAsync(emulator), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_EndsTheStepsAndStartsNoMore()
    {
        await using var emulator = await StartAsync();
        await SubmitAsync(emulator, Pipeline($$"""{"long":{{Step("sleep 600")}},"after":{{Step("true", From("long"))}} }"""));
        await WaitForAsync(emulator, "long Running");

        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, Arm("/jobs/pipe/cancel"));
        await emulator.WaitForEndAsync("pipe");

        Assert.Equal("Canceled", await emulator.StatusAsync("pipe"));
        Assert.Equal("long Canceled", await StatusesAsync(emulator));
    }

    [Fact]
    public async Task Restart_ContinuesThePipeline()
    {
        var folder = NewFolder();
        try
        {
            await using (var emulator = await StartAsync(folder: folder))
            {
                var gate = """
                    {"out":{"job_output_type":"uri_folder"},
                     "gate":{"job_output_type":"uri_folder","uri":"azureml://datastores/workspaceblobstore/paths/gate/"}}
                    """;
                await SubmitAsync(
                    emulator,
                    Pipeline(
                        $$"""
                        {"first":{{Step("echo one > ${{outputs.out}}/a.txt")}},"second":{{Step(
                            WaitForGo + "cp ${{inputs.from}}/a.txt ${{outputs.out}}",
                            From("first"),
                            gate
                        )}},
                         "third":{{Step("cat ${{inputs.from}}/a.txt", From("second"))}} }
                        """
                    )
                );
                await WaitForAsync(emulator, "first Completed, second Running");
            }

            await using var again = await StartAsync(folder: folder);
            var opened = Directory.GetDirectories(Path.Combine(folder, "storage"), "gate", SearchOption.AllDirectories).Single();
            await File.WriteAllTextAsync(Path.Combine(opened, "go"), "", TestContext.Current.CancellationToken);
            await again.WaitForEndAsync("pipe");

            Assert.Equal("first Completed, second Completed, third Completed", await StatusesAsync(again));
            Assert.Equal("one\n", again.Log((string)(await ChildrenAsync(again))["third"]["runId"]!));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(400, "properties.jobs is missing", "{}")]
    [InlineData(
        400,
        "steps that wait for each other or for no step: a, b.",
        """
            {"a":{"command":"x","inputs":{"i":"${{parent.jobs.b.outputs.o}}"},"outputs":{"o":{}}},
             "b":{"command":"x","inputs":{"i":{"value":"${{parent.jobs.a.outputs.o}}"}},"outputs":{"o":{}}}}
            """
    )]
    [InlineData(
        400,
        "properties.jobs.a.inputs.i refers to ${{parent.jobs.b.outputs.o}}, which the pipeline does not define.",
        """{"a":{"command":"x","inputs":{"i":{"value":"${{parent.jobs.b.outputs.o}}"}}}}"""
    )]
    [InlineData(
        400,
        "properties.jobs.a.inputs.i refers to ${{parent.inputs.x}}, which the pipeline does not define.",
        """{"a":{"command":"x","inputs":{"i":{"value":"${{parent.inputs.x}}"}}}}"""
    )]
    [InlineData(
        400,
        "properties.jobs.a.command refers to ${{inputs.x}}, which the job does not define.",
        """{"a":{"command":"echo ${{inputs.x}}"}}"""
    )]
    [InlineData(400, "has no component 'none' with version '1'", """{"a":{"componentId":"azureml:none:1"}}""")]
    [InlineData(501, "a pipeline with a step of type parallel (properties.jobs.a)", """{"a":{"type":"parallel"}}""")]
    [InlineData(501, "a job with properties.jobs.a.services", """{"a":{"command":"x","services":{"ssh":{}}}}""")]
    [InlineData(501, "a component of a registry", """{"a":{"componentId":"azureml://registries/azureml/components/x/versions/1"}}""")]
    public async Task Put_RefusesTheStep(int status, string message, string jobs)
    {
        await using var emulator = await StartAsync();
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();

        var body = await emulator.ExpectAsync((HttpStatusCode)status, HttpMethod.Put, Arm("/jobs/pipe"), Pipeline(jobs));

        Assert.Contains(message, (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }
}
