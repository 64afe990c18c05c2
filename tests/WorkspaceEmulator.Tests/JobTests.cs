using System.Net;
using System.Text.Json.Nodes;
using Fixtures;

namespace WorkspaceEmulator.Tests;

public class JobTests
{
    private const string WaitForGo = "while [ ! -e go ]; do sleep 0.05; done";

    [Fact]
    public async Task RunJob_PassesInputsOutputsAndVariables()
    {
        await using var emulator = await TestEmulator.StartAsync(options =>
            options with
            {
                ProcessPaths = ["/first/in/path"],
                ProcessVariables = new Dictionary<string, string>(StringComparer.Ordinal) { ["FROM_EMULATOR"] = "yes" },
            }
        );
        var data = Directory.CreateDirectory(Path.Combine(emulator.Folder, "my data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "x.txt"), "hello", TestContext.Current.CancellationToken);
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/datastores/data"),
            """{"properties":{"datastoreType":"AzureBlob","accountName":"localhost","containerName":"data","protocol":"file","""
                + $$$$""" "endpoint":"{{{{data}}}}","credentials":{"credentialsType":"None"}}}"""
        );

        await emulator.SubmitAsync(
            "trains",
            "cat ${{inputs.data}}/x.txt; echo \" ${{inputs.lr}} $MINE $FROM_EMULATOR $AZUREML_RUN_ID $MLFLOW_EXPERIMENT_NAME "
                + "${PATH%%:*}\"; echo oops >&2; "
                + "echo model > ${{outputs.model}}/m; echo artifact > outputs/a.txt; [ \"$AZURE_ML_INPUT_data\" = '"
                + data
                + "' ] && echo same",
            job =>
            {
                job["inputs"] = JsonNode.Parse(
                    """{"data":{"jobInputType":"uri_folder","uri":"azureml://datastores/data/paths/","mode":"ReadOnlyMount"},"lr":"""
                        + """{"jobInputType":"literal","value":"0.01"}}"""
                );
                job["outputs"] = JsonNode.Parse(
                    """{"model":{"jobOutputType":"uri_folder","uri":"azureml://datastores/data/paths/models/a/"}}"""
                );
                job["environmentVariables"] = new JsonObject { ["MINE"] = "own value" };
            }
        );
        var details = await emulator.WaitForEndAsync("trains");

        Assert.Equal("hello 0.01 own value yes trains potholes /first/in/path\noops\nsame\n", emulator.Log("trains"));
        Assert.Equal("Completed", (string?)details["status"]);
        Assert.Equal("model\n", await File.ReadAllTextAsync(Path.Combine(data, "models/a/m"), TestContext.Current.CancellationToken));
        Assert.NotNull(details["startTimeUtc"]);
        Assert.NotNull(details["endTimeUtc"]);
        var job = await emulator.GetAsync(TestEmulator.Arm("/jobs/trains"));
        Assert.Equal(
            "azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.trains",
            (string?)job["properties"]!["outputs"]!["default"]!["uri"]
        );
    }

    [Fact]
    public async Task RunJob_Fails_WhenTheCommandFails()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("fails", "exit 3");

        var details = await emulator.WaitForEndAsync("fails");

        Assert.Equal("Failed", (string?)details["status"]);
        Assert.Equal(
            "The command exited with code 3. The log user_logs/std_log.txt says more.",
            (string?)details["error"]!["error"]!["message"]
        );
        Assert.Contains(
            "exited with code 3",
            await File.ReadAllTextAsync(
                Path.Combine(emulator.JobFolder("fails"), "system_logs/lifecycler/lifecycler.log"),
                TestContext.Current.CancellationToken
            ),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("azureml://datastores/workspaceblobstore/paths/not/there", "which does not exist.")]
    [InlineData(
        "azureml://datastores/account/paths/x",
        "datastore 'account' is in storage account 'acct' and its credentials are None; the emulator has no identity there, so the "
            + "datastore must be registered with an account key or a SAS, or be a folder (protocol 'file')."
    )]
    public async Task RunJob_Fails_WhenAnInputCannotBeMounted(string uri, string ending)
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/datastores/account"),
            """{"properties":{"datastoreType":"AzureBlob","accountName":"acct","containerName":"c","credentials":"""
                + """{"credentialsType":"None"}}}"""
        );
        var data = new JsonObject { ["jobInputType"] = "uri_folder", ["uri"] = uri };
        await emulator.SubmitAsync("reads", "true", job => job["inputs"] = new JsonObject { ["data"] = data });

        var details = await emulator.WaitForEndAsync("reads");

        Assert.Equal("Failed", (string?)details["status"]);
        Assert.StartsWith("Input 'data' cannot be mounted: ", (string?)details["error"]!["error"]!["message"], StringComparison.Ordinal);
        Assert.EndsWith(ending, (string?)details["error"]!["error"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunJob_Fails_WhenItExceedsItsTimeout()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("long", "sleep 600", job =>
            job["limits"] = JsonNode.Parse("""{"jobLimitsType":"Command","timeout":"PT1S"}""")
        );

        var details = await emulator.WaitForEndAsync("long");

        Assert.Equal("Failed", (string?)details["status"]);
        Assert.Equal(
            "The job ran longer than its limit of PT1S (limits.timeout) and was ended.",
            (string?)details["error"]!["error"]!["message"]
        );
    }

    [Fact]
    public async Task CancelJob_EndsEveryProcess_WhenOneIgnoresTermAndLeavesTheSession()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync(
            "stubborn",
            "trap '' TERM; (trap '' TERM; setsid sleep 601 & echo $! > a; sleep 602 & echo $! > b; exec sleep 603) & "
                + "(setsid setsid --fork /bin/bash -c \"trap '' TERM; echo \\$\\$ > c.tmp; mv c.tmp c; while :; do sleep 604; done\"); "
                + "echo $$ > d; wait; sleep 605"
        );
        var folder = Path.Combine(emulator.JobFolder("stubborn"), "wd");
        foreach (var file in new[] { "a", "b", "c", "d" })
            await TestEmulator.WaitForFileAsync(Path.Combine(folder, file));
        await TestEmulator.EventuallyAsync(
            () => Task.FromResult(new[] { "a", "b", "d" }.All(file => new FileInfo(Path.Combine(folder, file)).Length > 1)),
            () => Task.FromResult("ids are not written")
        );
        var processes = new[] { "a", "b", "c", "d" }.Select(file => int.Parse(File.ReadAllText(Path.Combine(folder, file)))).ToList();
        Assert.All(processes, id => Assert.True(ProcessTable.IsAlive(id)));

        var (status, _, response) = await emulator.SendAsync(HttpMethod.Post, TestEmulator.Arm("/jobs/stubborn/cancel"));
        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal(TimeSpan.FromSeconds(10), response.Headers.RetryAfter!.Delta);
        Assert.Equal("CancelRequested", await emulator.StatusAsync("stubborn"));
        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Get, response.Headers.Location!.ToString());

        var details = await emulator.WaitForEndAsync("stubborn");
        Assert.Equal("Canceled", (string?)details["status"]);
        Assert.All(processes, id => Assert.False(ProcessTable.IsAlive(id)));
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, response.Headers.Location.ToString());
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, TestEmulator.Arm("/jobs/stubborn/cancel"));
    }

    [Fact]
    public async Task StartQueuedJobs_StartsInOrder_WhenNodesAreScarce()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.CreateComputeAsync(nodes: 1);
        await emulator.CreateEnvironmentAsync();
        await emulator.SubmitAsync("first", WaitForGo, prepare: false);
        await emulator.WaitForAsync("first", "Running");
        await emulator.SubmitAsync("second", WaitForGo, prepare: false);
        await emulator.SubmitAsync("third", "true", prepare: false);
        await emulator.WaitForAsync("third", "Queued");
        Assert.Equal("Queued", await emulator.StatusAsync("second"));

        var compute = (await emulator.GetAsync(TestEmulator.Arm("/computes/cpu")))["properties"]!["properties"]!;
        Assert.Equal((1, 1), ((int)compute["currentNodeCount"]!, (int)compute["nodeStateCounts"]!["runningNodeCount"]!));
        var node = (await emulator.PostAsync(TestEmulator.Arm("/computes/cpu/listNodes"), ""))["nodes"]!.AsArray().Single()!;
        Assert.Equal(("running", "first"), ((string?)node["nodeState"], (string?)node["runId"]));
        await emulator.ExpectAsync(
            HttpStatusCode.Conflict,
            HttpMethod.Delete,
            TestEmulator.Arm("/computes/cpu?underlyingResourceAction=Delete")
        );

        await File.WriteAllTextAsync(Path.Combine(emulator.JobFolder("first"), "wd/go"), "", TestContext.Current.CancellationToken);
        await emulator.WaitForAsync("second", "Running");
        Assert.Equal("Queued", await emulator.StatusAsync("third"));

        // A queued job is canceled at once and does not block the next one.
        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, TestEmulator.Arm("/jobs/second/cancel"));
        await emulator.WaitForAsync("second", "Canceled");
        await emulator.WaitForAsync("third", "Completed");
    }

    [Fact]
    public async Task PutJob_ChangesOnlyTags_WhenTheJobExists()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("once", "true", job => job["properties"] = new JsonObject { ["commit"] = "a" });
        await emulator.WaitForEndAsync("once");
        var job = await emulator.GetAsync(TestEmulator.Arm("/jobs/once"));

        job["properties"]!["tags"]!["note"] = "good";
        job["properties"]!["properties"]!["added"] = "b";
        var changed = await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, TestEmulator.Arm("/jobs/once"), job.ToJsonString());
        Assert.Equal("good", (string?)changed["properties"]!["tags"]!["note"]);
        Assert.Equal("b", (string?)changed["properties"]!["properties"]!["added"]);

        job["properties"]!["properties"]!["commit"] = "c";
        var property = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/once"),
            job.ToJsonString()
        );
        Assert.Equal(
            "properties.properties.commit of job 'once' already exists and cannot be changed; properties can only be added.",
            (string?)property["error"]!["message"]
        );
        job["properties"]!["command"] = "false";
        var command = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/once"),
            job.ToJsonString()
        );
        Assert.Equal(
            "properties.command of job 'once' cannot be changed; submit a job of another name.",
            (string?)command["error"]!["message"]
        );
    }

    [Fact]
    public async Task ListJobs_ReturnsMatchingJobs_UntilTheyAreDeleted()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("one", "true", job => job["tags"] = new JsonObject { ["keep"] = "yes" });
        await emulator.SubmitAsync("two", "true", job => job["properties"] = new JsonObject { ["commit"] = "abc" }, prepare: false);
        await emulator.WaitForEndAsync("one");
        await emulator.WaitForEndAsync("two");

        Assert.Equal(["two", "one"], await NamesAsync(""));
        Assert.Equal(["one"], await NamesAsync("?tag=keep"));
        Assert.Equal(["two"], await NamesAsync("?properties=commit=abc"));
        Assert.Empty(await NamesAsync("?properties=commit=abc,other"));
        Assert.Empty(await NamesAsync("?jobType=Sweep"));
        Assert.Empty(await NamesAsync("?listViewType=ArchivedOnly"));
        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Delete, TestEmulator.Arm("/jobs/one"));
        await emulator.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, TestEmulator.Arm("/jobs/one"));
        Assert.Equal(["two"], await NamesAsync(""));
        Assert.False(Directory.Exists(emulator.JobFolder("one")));

        async Task<IEnumerable<string?>> NamesAsync(string query) =>
            (await emulator.GetAsync(TestEmulator.Arm("/jobs" + query)))["value"]!.AsArray().Select(item => (string?)item!["name"]);
    }

    [Theory]
    [InlineData("computeId", "null", "a job without properties.computeId (serverless compute)")]
    [InlineData("computeId", "\"local\"", "a job on the local computer (properties.computeId 'local')")]
    [InlineData("distribution", """{"distributionType":"Mpi"}""", "a job with properties.distribution (Mpi)")]
    [InlineData("distribution", """{"distributionType":"TensorFlow"}""", "a job with properties.distribution (TensorFlow)")]
    [InlineData("services", """{"shell":{"jobServiceType":"SSH"}}""", "a job with properties.services")]
    [InlineData("codeId", "\"git+https://git.example/x\"", "code of a repository ('git+https://git.example/x')")]
    [InlineData(
        "environmentId",
        "\"azureml://registries/azureml/environments/x/versions/1\"",
        "an environment of a registry ('azureml://registries/azureml/environments/x/versions/1')"
    )]
    [InlineData("environmentId", "\"azureml:AzureML-sklearn-1.0:1\"", "the curated environment 'AzureML-sklearn-1.0'")]
    [InlineData(
        "inputs",
        """{"d":{"jobInputType":"uri_folder","uri":"https://example.com/x"}}""",
        "the address of properties.inputs.d, 'https://example.com/x'"
    )]
    [InlineData("outputs", """{"o":{"jobOutputType":"mltable","mode":"EvalUpload"}}""", "the mode EvalUpload of properties.outputs.o")]
    [InlineData(
        "outputs",
        """{"o":{"jobOutputType":"uri_folder","pathOnCompute":"/data"}}""",
        "properties.outputs.o.pathOnCompute without a container (--runtime=docker)"
    )]
    [InlineData("identity", """{"identityType":"Managed"}""", "a job with properties.identity (Managed)")]
    [InlineData("resources", """{"dockerArgs":"--ipc=host"}""", "a job with properties.resources.dockerArgs")]
    [InlineData("resources", """{"dockerArgsList":["--ipc=host"]}""", "a job with properties.resources.dockerArgsList")]
    public async Task Put_Returns501_WhenAJobNeedsWhatTheEmulatorHasNot(string member, string value, string what)
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();
        var job = TestEmulator.Job("true");
        ((JsonObject)job["properties"]!)[member] = JsonNode.Parse(value);

        var error = await emulator.ExpectAsync(
            HttpStatusCode.NotImplemented,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/needs"),
            job.ToJsonString()
        );

        Assert.Equal($"PUT {what} is not emulated. docs/emulator.md lists the operations that are.", (string?)error["error"]!["message"]);
    }

    [Fact]
    public async Task Put_PassesTheAddressOfAnOutput_WhenItsModeIsDirect()
    {
        await using var emulator = await TestEmulator.StartAsync();

        await emulator.SubmitAsync("writes", "echo ${{outputs.words}} $AZURE_ML_OUTPUT_words", job =>
            job["outputs"] = JsonNode.Parse(
                """{"words":{"jobOutputType":"uri_folder","mode":"Direct","uri":"azureml://datastores/workspaceblobstore/paths/w/"}}"""
            )
        );

        await emulator.WaitForEndAsync("writes");
        const string Address = "azureml://datastores/workspaceblobstore/paths/w/";
        Assert.Equal($"{Address} {Address}\n", emulator.Log("writes"));
    }

    [Fact]
    public async Task Put_TakesRegisteredDataAndModels_AndRegistersOutputs()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("writes", "echo made > ${{outputs.words}}/words.txt && echo w > ${{outputs.model}}/w.txt", job => job[
                "outputs"
            ] = JsonNode.Parse(
                """
                {
                  "words": { "jobOutputType": "uri_folder", "assetName": "words" },
                  "model": { "jobOutputType": "custom_model", "assetName": "detector", "assetVersion": "7" }
                }
                """
            ));
        await emulator.WaitForEndAsync("writes");
        var model = await emulator.GetAsync(TestEmulator.Arm("/models/detector/versions/7"));
        Assert.Equal(("custom_model", "writes"), ((string?)model["properties"]!["modelType"], (string?)model["properties"]!["jobName"]));

        await emulator.SubmitAsync(
            "reads",
            "cat ${{inputs.words}}/words.txt ${{inputs.model}}/w.txt ${{inputs.log}}",
            job =>
                job["inputs"] = JsonNode.Parse(
                    $$"""
                    {
                      "words": { "jobInputType": "uri_folder", "uri": "azureml:words@latest" },
                      "model": { "jobInputType": "custom_model", "uri": "/{{TestEmulator.Workspace}}/models/detector/versions/7" },
                      "log": { "jobInputType": "uri_file", "uri": "azureml://jobs/writes/outputs/artifacts/paths/user_logs/std_log.txt" }
                    }
                    """
                ),
            prepare: false
        );
        await emulator.WaitForEndAsync("reads");

        Assert.StartsWith("made\nw\n", emulator.Log("reads"), StringComparison.Ordinal);
        var missing = TestEmulator.Job("true");
        missing["properties"]!["inputs"] = JsonNode.Parse("""{"d":{"jobInputType":"uri_folder","uri":"azureml:nothing:1"}}""");
        var error = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/lacks"),
            missing.ToJsonString()
        );
        Assert.Equal(
            "properties.inputs.d.uri: workspace 'work' has no data 'nothing' with version '1'.",
            (string?)error["error"]!["message"]
        );
    }

    public static TheoryData<string, string, string> InvalidJobs =>
        new()
        {
            { "command", "null", "properties.command is missing; a command job must have it." },
            { "environmentId", "null", "properties.environmentId is missing; a command job must have it." },
            {
                "environmentId",
                "\"x\"",
                $"properties.environmentId is 'x'; it must be the ARM id of an environment version of workspace 'work'."
            },
            {
                "computeId",
                $"\"/{TestEmulator.Workspace}/computes/none\"",
                $"properties.computeId is '/{TestEmulator.Workspace}/computes/none'; workspace 'work' has no compute 'none'."
            },
            {
                "resources",
                """{"instanceCount":3}""",
                "properties.resources.instanceCount is 3; it must be from 1 to 2, the most nodes of compute 'cpu'."
            },
            {
                "environmentVariables",
                """{"a b":"c"}""",
                "properties.environmentVariables has 'a b'; a name must match ^[A-Za-z_][A-Za-z0-9_]*$."
            },
            {
                "inputs",
                """{"d":{"jobInputType":"uri_folder","uri":"azureml://datastores/none/paths/x"}}""",
                "properties.inputs.d.uri: workspace 'work' has no datastore 'none'."
            },
            {
                "inputs",
                """{"d":{"jobInputType":"uri_folder","uri":"azureml://datastores/workspaceblobstore/paths/../../x"}}""",
                "properties.inputs.d.uri: 'azureml://datastores/workspaceblobstore/paths/../../x' must not hold '..'."
            },
            { "inputs", """{"d":{"jobInputType":"literal"}}""", "properties.inputs.d.value is missing." },
            { "outputs", """{"o":{}}""", "properties.outputs.o.jobOutputType is missing." },
            { "command", "\"run ${{inputs.data}}\"", "properties.command refers to ${{inputs.data}}, which the job does not define." },
            {
                "limits",
                """{"jobLimitsType":"Command","timeout":"1h"}""",
                "properties.limits.timeout is '1h'; it must be an ISO 8601 duration such as PT2H."
            },
            {
                "resources",
                """{"instanceCount":1,"shmSize":"lots"}""",
                "properties.resources.shmSize is 'lots'; it must be a whole number with the unit b, k, m or g, such as 2g."
            },
            { "jobType", "null", "properties.jobType is missing; it must be Command, Sweep or Pipeline." },
        };

    [Theory]
    [MemberData(nameof(InvalidJobs))]
    public async Task PutJob_Returns400_WhenItIsInvalid(string member, string value, string message)
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();
        var job = TestEmulator.Job("true");
        job["properties"]![member] = JsonNode.Parse(value);

        var error = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/bad"),
            job.ToJsonString()
        );

        Assert.Equal(message, (string?)error["error"]!["message"]);
    }

    [Fact]
    public async Task PutJob_RunsOnACluster_WhateverItIsCalled()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.CreateEnvironmentAsync();
        var job = TestEmulator.Job("true", compute: "local").ToJsonString();

        var error = await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Put, TestEmulator.Arm("/jobs/early"), job);
        await emulator.CreateComputeAsync("local");
        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, TestEmulator.Arm("/jobs/late"), job);

        Assert.EndsWith("workspace 'work' has no compute 'local'.", (string)error["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PutJob_Returns501_WhenItIsOfAnotherType()
    {
        await using var emulator = await TestEmulator.StartAsync();

        var error = await emulator.ExpectAsync(
            HttpStatusCode.NotImplemented,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/spark"),
            """{"properties":{"jobType":"Spark"}}"""
        );

        Assert.Equal(
            "PUT a job of type Spark is not emulated. docs/emulator.md lists the operations that are.",
            (string?)error["error"]!["message"]
        );
    }
}
