using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Hosting;
using static WorkspaceEmulator.Tests.TestEmulator;

namespace WorkspaceEmulator.Tests;

/// <summary>Requests of somebody who wants to stop the emulator. None may fail in it, and none may occupy it.</summary>
public class HostileRequestTests
{
    private static readonly string[] Values =
    [
        "null",
        "[]",
        "{}",
        "\"\"",
        "-1",
        "0.5",
        "1e308",
        "99999999999999999999999",
        "true",
        "[null]",
        "[[]]",
        "[{}]",
        """{"":null}""",
        """{"a":{"a":{}}}""",
        "\"a\\u0000b\"",
        "\"a\\n\"",
        "\"../../etc\"",
        "\"${{inputs.x}}\"",
        "\"azureml:x:1\"",
        "\"azureml://datastores/workspaceblobstore/paths/../../x\"",
        "\"[concat(]\"",
        "\"P99999999999D\"",
        "\"https://localhost:1/x\"",
        $"\"{new string('x', 4000)}\"",
    ];

    private const string Compute = $"\"/{TestEmulator.Workspace}/computes/cpu\"";
    private const string Environment = $"\"/{TestEmulator.Workspace}/environments/detection/versions/1\"";
    private const string Cluster =
        """{"location":"westeurope","properties":{"computeType":"AmlCompute","properties":{"vmSize":"Standard_DS3_v2"}}}""";
    private const string Inputs =
        """ "inputs":{"x":{"jobInputType":"literal","value":"1"},"d":{"jobInputType":"uri_folder","uri":"azureml:d:1","mode":"Download"}}""";
    private const string Outputs =
        """ "outputs":{"o":{"jobOutputType":"uri_folder","uri":"azureml://datastores/workspaceblobstore/paths/o/","assetName":"o"}}""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Job(string members) =>
        """{"properties":{"jobType":"Command","command":"true","computeId":COMPUTE,"environmentId":ENVIRONMENT"""
            .Replace("COMPUTE", Compute, StringComparison.Ordinal)
            .Replace("ENVIRONMENT", Environment, StringComparison.Ordinal) + $"{members}}}}}";

    // One of each kind, with every member that something reads. NAME becomes another one for each request.
    private static IEnumerable<(string Method, string Path, string Body)> Requests()
    {
        yield return (
            "PUT",
            Arm("/jobs/NAME"),
            Job(
                $",{Inputs},{Outputs},"
                    + """
                    "environmentVariables":{"A":"b"},"resources":{"instanceCount":1,"shmSize":"2g"},"services":{},"codeId":null,
                    "limits":{"jobLimitsType":"Command","timeout":"PT5M"},"tags":{"a":"b"},"properties":{"p":"q"},"experimentName":"e",
                    "distribution":{"distributionType":"PyTorch","processCountPerInstance":1},"identity":{"identityType":"AMLToken"},
                    "queueSettings":{"jobTier":"Standard"},"notificationSetting":{"emailOn":["JobCompleted"]}
                    """
            )
        );
        yield return (
            "PUT",
            Arm("/jobs/NAME"),
            $$"""{"properties":{"jobType":"Sweep","computeId":{{Compute}},{{Inputs}},{{Outputs}},"trial":{"environmentId":{{Environment}},"""
                + """
                 "command":"echo ${{search_space.lr}}","resources":{"instanceCount":1}},
                 "objective":{"primaryMetric":"m","goal":"Maximize"},
                 "searchSpace":{"lr":["uniform",[0,1]],"b":["choice",[[1,2,"x"]]],"q":["qlognormal",[0,1,1]]},
                 "samplingAlgorithm":{"samplingAlgorithmType":"Random","seed":1,"rule":"Sobol"},
                 "limits":{"maxTotalTrials":1,"maxConcurrentTrials":1,"timeout":"PT1M","trialTimeout":"PT1M"},
                 "earlyTermination":{"policyType":"Bandit","evaluationInterval":1,"delayEvaluation":0,"slackFactor":0.1}}}
                """
        );
        yield return (
            "PUT",
            Arm("/jobs/NAME"),
            $$"""{"properties":{"jobType":"Pipeline","computeId":{{Compute}},"jobs":{"b":{"environmentId":{{Environment}},"""
                + """
                 "command":"ls ${{inputs.z}}","limits":{"timeout":"PT1M"},
                 "inputs":{"z":{"job_input_type":"uri_folder","value":"${{parent.jobs.a.outputs.o}}"}}},
                 "a":{"type":"command","componentId":"azureml:c:1","outputs":{"o":{"value":"${{parent.outputs.o}}"}},
                  "inputs":{"x":{"job_input_type":"literal","value":"${{parent.inputs.i}}"}}}},
                 "inputs":{"i":{"jobInputType":"literal","value":"3"}},"outputs":{"o":{"jobOutputType":"uri_folder"}}}}
                """
        );
        yield return (
            "PUT",
            Arm("/schedules/NAME"),
            """
            {"properties":{"isEnabled":true,"action":{"actionType":"CreateJob","jobDefinition":JOB},
             "trigger":{"triggerType":"Recurrence","frequency":"Week","interval":1,"startTime":"2030-01-01T00:00:00","timeZone":"UTC",
             "schedule":{"hours":[1],"minutes":[2],"weekDays":["Monday"]}}}}
            """.Replace("JOB", JsonNode.Parse(Job(""))!["properties"]!.ToJsonString(), StringComparison.Ordinal)
        );
        yield return (
            "PUT",
            Arm("/components/NAME/versions/1"),
            """
            {"properties":{"componentSpec":{"type":"command","command":"echo $[[${{inputs.x}}]]","environment":"azureml:detection:1",
             "inputs":{"x":{"type":"string","default":"1","optional":true}},"outputs":{"o":{"type":"uri_folder"}}}}}
            """
        );
        yield return (
            "PUT",
            Arm("/models/NAME/versions/1"),
            """{"properties":{"modelUri":"azureml:d:1","modelType":"custom_model","flavors":{"f":{"data":{"a":"b"}}},"tags":{"a":"b"}}}"""
        );
        yield return (
            "PUT",
            Arm("/datastores/NAME"),
            """
            {"properties":{"datastoreType":"AzureBlob","accountName":"acc","containerName":"con","endpoint":"e","protocol":"https",
             "credentials":{"credentialsType":"AccountKey","secrets":{"secretsType":"AccountKey","key":"YQ=="}}}}
            """
        );
        yield return (
            "PUT",
            Arm("/computes/NAME"),
            """
            {"location":"westeurope","properties":{"computeType":"AmlCompute","properties":{"vmSize":"Standard_DS3_v2","vmPriority":"Dedicated",
             "scaleSettings":{"minNodeCount":0,"maxNodeCount":2,"nodeIdleTimeBeforeScaleDown":"PT1M"}}}}
            """
        );
        yield return (
            "PUT",
            "emulator/faults",
            """
            {"rules":[{"path":"/none/**","method":"PUT","count":1,"skip":1,"status":503,"headers":{"A":"b"},"body":{"a":1}},
             {"job":"none","preempt":{"step":3,"graceMilliseconds":1}},{"path":"/none","provisioning":{"code":"a","message":"b"}}]}
            """
        );
        yield return (
            "POST",
            TestEmulator.Mlflow("runs/search"),
            """
            {"experiment_ids":["x"],"filter":"metrics.m > 1 and tags.a LIKE '%b'","run_view_type":"ALL","max_results":1,"page_token":"MQ==",
             "order_by":["attributes.start_time DESC"]}
            """
        );
        yield return (
            "POST",
            TestEmulator.Mlflow("runs/log-batch"),
            """
            {"run_id":"run","metrics":[{"key":"m","value":1.0,"timestamp":1,"step":1}],"params":[{"key":"q","value":"1"}],
             "tags":[{"key":"t","value":"1"}]}
            """
        );
        yield return (
            "PUT",
            "subscriptions/sub/providers/Microsoft.Resources/deployments/NAME?api-version=2022-09-01",
            """
            {"location":"westeurope","properties":{"mode":"Incremental","parameters":{"p":{"value":"x"}},"template":{"languageVersion":"2.0",
             "contentVersion":"1.0.0.0","parameters":{"p":{"type":"string","minLength":1}},"variables":{"v":"[format('{0}',parameters('p'))]"},
             "resources":{"g":{"type":"Microsoft.Resources/resourceGroups","apiVersion":"2022-09-01","name":"[variables('v')]","location":"w"}},
             "outputs":{"o":{"type":"string","value":"[variables('v')]"}}}}}
            """
        );
    }

    [Fact]
    public async Task EveryBody_IsAnsweredAndHarmless_WhateverOneOfItsValuesIs()
    {
        await using var emulator = await StartAsync();
        await emulator.SubmitAsync("run", "true");
        await emulator.WaitForEndAsync("run");
        var number = 0;
        var failures = new List<string>();
        foreach (var (method, path, body) in Requests())
        {
            var whole = JsonNode.Parse(body)!;
            foreach (var place in Places(whole, []))
            {
                // Every third value, from another one on at each place, so that all meet all kinds of places.
                for (var value = number % 3; value < Values.Length; value += 3)
                {
                    var changed = With(whole, place, JsonNode.Parse(Values[value])).ToJsonString();
                    var address = path.Replace("NAME", $"hostile{++number}", StringComparison.Ordinal);
                    var (status, _, _) = await emulator.SendAsync(new(method), address, changed);
                    if ((int)status >= 500 && status != HttpStatusCode.NotImplemented)
                        failures.Add($"{(int)status} {method} {address} {string.Join('/', place)} = {Values[value]}");
                }
            }
        }

        Assert.Empty(failures);
        await emulator.CreateComputeAsync("own");
        await emulator.SubmitAsync("after", "true", prepare: false, change: job =>
            job["computeId"] = $"/{TestEmulator.Workspace}/computes/own"
        );
        Assert.Equal("Completed", (string?)(await emulator.WaitForEndAsync("after"))["status"]);
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFF")]
    [InlineData("7FFFFFFFF")]
    [InlineData("none")]
    public async Task ABody_Returns400_WhenTheSizeOfAChunkIsNoNumber(string size)
    {
        await using var emulator = await StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync("localhost", emulator.Endpoint.Port, Stop);
        var trusted = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(emulator.Folder, "emulator.crt"));
        var trust = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { trusted },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        await using var connection = new SslStream(client.GetStream());
        await connection.AuthenticateAsClientAsync(new() { TargetHost = "localhost", CertificateChainPolicy = trust }, Stop);
        var token = await File.ReadAllTextAsync(Path.Combine(emulator.Folder, "token"), Stop);
        var request =
            $"PUT /{Arm("/jobs/job")} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\n\r\n"
            + $"{size}\r\nx";

        await connection.WriteAsync(Encoding.ASCII.GetBytes(request), Stop);

        using var reader = new StreamReader(connection);
        Assert.Equal("HTTP/1.1 400 Bad Request", await reader.ReadLineAsync(Stop));
    }

    private static IEnumerable<object[]> Places(JsonNode? node, object[] at)
    {
        if (at.Length > 0)
            yield return at;
        var members = node switch
        {
            JsonObject json => json.Select(member => ((object)member.Key, member.Value)),
            JsonArray array => array.Select((item, index) => ((object)index, item)),
            _ => [],
        };
        foreach (var (key, value) in members)
        {
            foreach (var place in Places(value, [.. at, key]))
                yield return place;
        }
    }

    private static JsonNode With(JsonNode whole, object[] place, JsonNode? value)
    {
        var copy = whole.DeepClone();
        var at = copy;
        foreach (var key in place[..^1])
            at = key is string name ? at[name]! : at[(int)key]!;
        if (place[^1] is string last)
            at[last] = value;
        else
            at[(int)place[^1]] = value;
        return copy;
    }

    [Theory]
    [InlineData("/jobs/x%0A")]
    [InlineData("/environments/x%0A/versions/1")]
    [InlineData("/environments/x/versions/1%0A")]
    [InlineData("/datastores/x%0A")]
    [InlineData("/computes/xx%0A")]
    [InlineData("/schedules/x%0A")]
    [InlineData("/connections/x%0A")]
    public async Task Put_Returns400_WhenTheNameEndsInALineEnd(string path)
    {
        await using var emulator = await StartAsync();

        var error = await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Put, Arm(path), Job(""));

        Assert.Contains("it must match ^", (string)error["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("subscriptions/sub/resourceGroups/x%0A")]
    [InlineData("subscriptions/sub/resourceGroups/x%2Fy")]
    [InlineData("subscriptions/sub/resourceGroups/x%5Cy")]
    [InlineData("subscriptions/sub/resourceGroups/x;y")]
    [InlineData("subscriptions/x%20y/resourceGroups/group")]
    public async Task Put_Returns400_WhenTheWorkspaceHasAGroupThatIsNoName(string scope)
    {
        await using var emulator = await StartAsync();
        var path = $"{scope}/providers/Microsoft.MachineLearningServices/workspaces/other?api-version=2024-10-01";

        await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Put, path, """{"location":"westeurope"}""");
    }

    [Theory]
    [InlineData("a\\u0000b", "properties.experimentName: it holds a control character; it must hold none.")]
    [InlineData("LONG", "had length 140000, which exceeded length limit of 500")]
    public async Task Put_Returns400_WhenNoProcessCouldGetTheNameOfTheExperiment(string name, string message)
    {
        await using var emulator = await StartAsync();
        var job = Job($",\"experimentName\":\"{name.Replace("LONG", new('x', 140_000), StringComparison.Ordinal)}\"");

        var error = await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Put, Arm("/jobs/job"), job);

        Assert.EndsWith(message, (string?)error["error"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_StoresTheLongestNames()
    {
        var folder = NewFolder();
        var name = new string('n', 255);
        var path = Arm($"/environments/{name}/versions/{new string('9', 255)}");
        await using (var emulator = await StartAsync(folder: folder))
            await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, path, """{"properties":{"image":"a/b:1"}}""");

        await using (var emulator = await StartAsync(folder: folder))
        {
            Assert.Equal("a/b:1", (string?)(await emulator.GetAsync(path))["properties"]!["image"]);
            Assert.Empty((await emulator.GetAsync("emulator/status"))["warnings"]!.AsArray());
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Put_StoresJobsOfTheLongestName_InTwoWorkspaces()
    {
        var folder = NewFolder();
        var path = Arm($"/jobs/{new string('j', 255)}");
        const string Image = """{"properties":{"image":"a/b:1"}}""";
        await using (var emulator = await StartAsync(WithOther, folder))
        {
            foreach (var workspace in new[] { "work", "other" })
            {
                await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, In(workspace, Arm("/computes/cpu")), Cluster);
                await emulator.ExpectAsync(
                    HttpStatusCode.Created,
                    HttpMethod.Put,
                    In(workspace, Arm("/environments/detection/versions/1")),
                    Image
                );
                await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, In(workspace, path), In(workspace, Job("")));
            }
        }

        await using (var emulator = await StartAsync(folder: folder))
        {
            Assert.Empty((await emulator.GetAsync("emulator/status"))["warnings"]!.AsArray());
            await emulator.GetAsync(In("work", path));
            await emulator.GetAsync(In("other", path));
        }

        Directory.Delete(folder, recursive: true);

        static EmulatorOptions WithOther(EmulatorOptions options) =>
            options with
            {
                Workspaces = [.. options.Workspaces, new("sub", "group", "other")],
            };

        static string In(string workspace, string text) =>
            text.Replace("workspaces/work", $"workspaces/{workspace}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_KeepsTheCommand_WhenAComponentBeginsOptionalPartsThatNeverEnd()
    {
        await using var emulator = await StartAsync();
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();
        var command = "true #" + string.Concat(Enumerable.Repeat("$[[", 40_000));
        var spec = new JsonObject { ["command"] = command, ["environment"] = "azureml:detection:1" };
        var component = new JsonObject { ["properties"] = new JsonObject { ["componentSpec"] = spec } };
        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/components/c/versions/1"), component.ToJsonString());

        var job = await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            Arm("/jobs/job"),
            Job(""","componentId":"azureml:c:1" """)
        );

        Assert.Equal(command, (string?)job["properties"]!["command"]);
    }

    [Fact]
    public async Task Search_FindsWhatMatches_WhateverThePatternAndItsQuotesAre()
    {
        await using var emulator = await StartAsync();
        var name = new string('a', 400);
        foreach (var each in new[] { name, "Rock and Roll", "line\nend" })
            await emulator.PostAsync(TestEmulator.Mlflow("experiments/create"), new JsonObject { ["name"] = each }.ToJsonString());

        Assert.Empty(await FoundAsync($"name LIKE '{string.Concat(Enumerable.Repeat("%a", 300))}b'"));
        Assert.Equal([name], await FoundAsync($"name LIKE '{string.Concat(Enumerable.Repeat("%a", 300))}%'"));
        Assert.Equal(["Rock and Roll"], await FoundAsync("name ILIKE 'rock AND%' and name LIKE '%_oll'"));
        Assert.Equal(["line\nend"], await FoundAsync("name LIKE 'line%end'"));
        Assert.Empty(await FoundAsync("name LIKE 'line'"));
        Assert.Equal(["Rock and Roll"], await FoundAsync("name = 'Rock and Roll'" + new string(' ', 100_000)));

        async Task<IEnumerable<string?>> FoundAsync(string filter) =>
            (
                await emulator.PostAsync(
                    TestEmulator.Mlflow("experiments/search"),
                    new JsonObject { ["filter"] = filter, ["max_results"] = 10 }.ToJsonString()
                )
            )["experiments"]!
                .AsArray()
                .Select(found => (string?)found!["name"]);
    }

    [Fact]
    public async Task Put_StoresAnAddress_WhenItsPathHoldsLineEnds()
    {
        await using var emulator = await StartAsync();
        var address = $"azureml://datastores/{new string('a', 100_000)}\n/{new string('b', 100_000)}\nc";
        var body = new JsonObject
        {
            ["properties"] = new JsonObject { ["dataType"] = "uri_folder", ["dataUri"] = address },
        };
        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/data/d/versions/1"), body.ToJsonString());
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();

        var error = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            Arm("/jobs/job"),
            Job(""","inputs":{"d":{"jobInputType":"uri_folder","uri":"azureml:d:1"}}""")
        );

        Assert.Contains("has no datastore 'aaa", (string)error["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("azureml://jobs/victim/outputs/artifacts/paths/model")]
    [InlineData("azureml://datastores/workspaceartifactstore/paths/ExperimentRun/dcid.victim/model")]
    [InlineData("runs:/victim/model")]
    public async Task CreateVersion_Returns403_WhenAJobRegistersWhatAnotherMade(string source)
    {
        await using var emulator = await StartAsync();
        await emulator.SubmitAsync("victim", "true");
        await emulator.SubmitAsync("job", "echo $MLFLOW_TRACKING_TOKEN; sleep 60", prepare: false);
        await EventuallyAsync(
            () =>
                Task.FromResult(
                    File.Exists(Path.Combine(emulator.JobFolder("job"), "user_logs", "std_log.txt")) && emulator.Log("job").EndsWith('\n')
                ),
            () => Task.FromResult("the job has no log")
        );
        var token = emulator.Log("job").Trim();
        await emulator.PostAsync(TestEmulator.Mlflow("registered-models/create"), """{"name":"model"}""", token);

        var body = new JsonObject
        {
            ["name"] = "model",
            ["run_id"] = "job",
            ["source"] = source,
        };
        await emulator.ExpectAsync(
            HttpStatusCode.Forbidden,
            HttpMethod.Post,
            TestEmulator.Mlflow("model-versions/create"),
            body.ToJsonString(),
            token
        );
        body["source"] = "azureml://jobs/job/outputs/artifacts/paths/model";
        await emulator.PostAsync(TestEmulator.Mlflow("model-versions/create"), body.ToJsonString(), token);
    }
}
