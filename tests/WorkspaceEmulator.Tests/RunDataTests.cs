using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Tests;

public class RunDataTests
{
    [Fact]
    public async Task GetLog_ReturnsRanges_WithoutAToken()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("logs", "echo 0123456789");
        var details = await emulator.WaitForEndAsync("logs");
        var address = (string)details["logFiles"]!["user_logs/std_log.txt"]!;

        Assert.Equal((HttpStatusCode.OK, "0123456789\n"), await ReadAsync(address, null));
        Assert.Equal((HttpStatusCode.PartialContent, "3456789\n"), await ReadAsync(address, 3));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, (await ReadAsync(address, 11)).Item1);
        Assert.Equal(HttpStatusCode.Forbidden, (await ReadAsync(address[..^1] + (address[^1] == '0' ? '1' : '0'), null)).Item1);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (
                await ReadAsync(
                    address.Replace("user_logs/std_log.txt", "system_logs/lifecycler/lifecycler.log", StringComparison.Ordinal),
                    null
                )
            ).Item1
        );

        async Task<(HttpStatusCode, string)> ReadAsync(string url, long? from)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var client = TestEmulator.CreateClient(emulator.Folder, emulator.Endpoint);
            client.DefaultRequestHeaders.Authorization = null;
            if (from is not null)
                request.Headers.Range = new RangeHeaderValue(from, null);
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task GetLog_ReturnsMore_WhileTheJobWrites()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("writes", "echo one; while [ ! -e go ]; do sleep 0.05; done; echo two");
        await TestEmulator.EventuallyAsync(
            async () => await emulator.StatusAsync("writes") == "Running" && emulator.Log("writes") == "one\n",
            () => Task.FromResult("the first line is not in the log")
        );
        await File.WriteAllTextAsync(Path.Combine(emulator.JobFolder("writes"), "wd/go"), "", TestContext.Current.CancellationToken);

        await emulator.WaitForEndAsync("writes");

        Assert.Equal("one\ntwo\n", emulator.Log("writes"));
    }

    [Fact]
    public async Task PatchRun_ChangesTheRun_UnderEveryPath()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("run1", "true");
        await emulator.WaitForEndAsync("run1");

        await emulator.ExpectAsync(
            HttpStatusCode.OK,
            HttpMethod.Patch,
            TestEmulator.History("/experiments/potholes/runs/run1"),
            """{"tags":{"a":"b"},"displayName":"A run"}"""
        );
        var run = await emulator.GetAsync(TestEmulator.History("/runs/run1"));
        var data = await emulator.PostAsync(
            TestEmulator.History("/rundata"),
            """{"runId":"run1","selectRunMetadata":true,"selectJobSpecification":true}"""
        );
        var children = await emulator.GetAsync(TestEmulator.History("/runs/run1/children"));
        var missing = await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, TestEmulator.History("/runs/none"));

        Assert.Equal(
            ("b", "A run", "dcid.run1"),
            ((string?)run["tags"]!["a"], (string?)run["displayName"], (string?)run["dataContainerId"])
        );
        Assert.Equal("true", (string?)data["jobSpecification"]!["command"]);
        Assert.Empty(children["value"]!.AsArray());
        Assert.Equal("Run 'none' was not found.", (string?)missing["error"]!["message"]);
        Assert.Equal("b", (string?)(await emulator.GetAsync(TestEmulator.Arm("/jobs/run1")))["properties"]!["tags"]!["a"]);
    }

    [Fact]
    public async Task ListArtifacts_ReturnsUploads_AndFilesOfTheJob()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync(
            "makes",
            "mkdir outputs/model; echo w > outputs/model/w.bin; echo l > logs/l.txt; ln -s /etc/passwd outputs/link"
        );
        await emulator.WaitForEndAsync("makes");

        var list = await emulator.GetAsync(TestEmulator.Artifacts("makes", ""));
        Assert.Equal(
            ["logs/l.txt", "outputs/model/w.bin", "system_logs/lifecycler/lifecycler.log", "user_logs/std_log.txt"],
            list["value"]!.AsArray().Select(item => (string?)item!["path"])
        );
        Assert.Equal("w\n", (string?)await emulator.GetAsync(TestEmulator.Artifacts("makes", "/content?path=outputs/model/w.bin")));
        var info = await emulator.GetAsync(TestEmulator.Artifacts("makes", "/contentinfo?path=outputs/model/w.bin"));
        Assert.Equal("w\n", (string?)await emulator.GetAsync((string)info["contentUri"]!, token: ""));
        var many = await emulator.GetAsync(TestEmulator.Artifacts("makes", "/prefix/contentinfo?path=outputs/"));
        Assert.Single(many["value"]!.AsArray());

        await emulator.PostAsync(TestEmulator.Artifacts("makes", "/content?path=plots/p.txt"), "1");
        await emulator.ExpectAsync(
            HttpStatusCode.Conflict,
            HttpMethod.Post,
            TestEmulator.Artifacts("makes", "/content?path=plots/p.txt"),
            "2"
        );
        await emulator.PostAsync(TestEmulator.Artifacts("makes", "/content?path=plots/p.txt&append=true"), "2");
        Assert.Equal("12", (string?)await emulator.GetAsync(TestEmulator.Artifacts("makes", "/content?path=plots/p.txt")));
        var root = await emulator.GetAsync(TestEmulator.Mlflow("artifacts/list?run_id=makes"));
        Assert.Equal(
            ["logs", "outputs", "plots", "system_logs", "user_logs"],
            root["files"]!.AsArray().Select(item => (string?)item!["path"])
        );
        var folder = await emulator.GetAsync(TestEmulator.Mlflow("artifacts/list?run_id=makes&path=plots"));
        Assert.Equal("""[{"path":"plots/p.txt","is_dir":false,"file_size":2}]""", folder["files"]!.ToJsonString());

        foreach (var outside in new[] { "../run.json", "outputs/../../run.json", "/etc/passwd", "outputs/link", "" })
        {
            await emulator.ExpectAsync(
                HttpStatusCode.NotFound,
                HttpMethod.Get,
                TestEmulator.Artifacts("makes", $"/content?path={Uri.EscapeDataString(outside)}")
            );
        }

        await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            TestEmulator.Artifacts("makes", "/content?path=..%2Frun.json"),
            "x"
        );
    }

    [Theory]
    [InlineData("""{"key":"loss","value":2.5,"timestamp":1000,"step":1}""", 0)]
    [InlineData("""{"key":"loss","value":1.5,"timestamp":2000,"step":2}""", 0)]
    [InlineData("""{"key":"bad","value":"NaN","timestamp":"3000","step":"1"}""", 0)]
    [InlineData("""{"key":"loss","value":2.4,"timestamp":1000,"step":1}""", 1)]
    [InlineData("""{"key":"loss","value":2.5,"timestamp":1001,"step":1}""", 1)]
    [InlineData("""{"key":"loss","value":2.5,"timestamp":1000,"step":0}""", 1)]
    [InlineData("""{"key":"other","value":2.5,"timestamp":1000,"step":1}""", 1)]
    public async Task LogBatch_StoresAValueOnce_WhenItIsSentAgain(string point, int added)
    {
        const string Batch =
            """{"key":"loss","value":2.5,"timestamp":1000,"step":1},{"key":"loss","value":1.5,"timestamp":2000,"step":2},"""
            + """{"key":"bad","value":"NaN","timestamp":3000,"step":1}""";
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("logged", "true");
        await emulator.WaitForEndAsync("logged");

        // Twice in one batch, as well as in the next.
        foreach (var metrics in new[] { Batch, $"{point},{Batch},{point}", point })
            await emulator.PostAsync(TestEmulator.Mlflow("runs/log-batch"), $$"""{"run_id":"logged","metrics":[{{metrics}}]}""");

        var stored = await File.ReadAllLinesAsync(
            Path.Combine(emulator.JobFolder("logged"), "metrics.jsonl"),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(3 + added, stored.Length);
        Assert.Equal(stored.Length, stored.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task LogBatch_StoresWhatAJobLogs()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("logged", "true", job => job["tags"] = new JsonObject { ["from"] = "arm" });
        await emulator.WaitForEndAsync("logged");
        await emulator.PostAsync(
            TestEmulator.Mlflow("runs/log-batch"),
            """{"run_id":"logged","metrics":[{"key":"loss","value":2.5,"timestamp":1000,"step":1},{"key":"loss","value":1.5,"timestamp":"""
                + """2000,"step":2},{"key":"bad","value":"NaN","timestamp":"3000","step":"1"}],"params":[{"key":"lr","value":"0.1"}]"""
                + ""","tags":[{"key":"from","value":"mlflow"}]}"""
        );
        await emulator.PostAsync(
            TestEmulator.Mlflow("runs/log-metric"),
            """{"run_id":"logged","key":"loss","value":0.5,"timestamp":3000,"step":3}"""
        );
        await emulator.PostAsync(TestEmulator.Mlflow("runs/log-parameter"), """{"run_id":"logged","key":"lr","value":"0.1"}""");

        var run = (await emulator.GetAsync(TestEmulator.Mlflow("runs/get?run_id=logged")))["run"]!;
        Assert.Equal("FINISHED", (string?)run["info"]!["status"]);
        Assert.Equal(
            """[{"key":"bad","value":"NaN","timestamp":3000,"step":1},{"key":"loss","value":0.5,"timestamp":3000,"step":3}]""",
            run["data"]!["metrics"]!.ToJsonString()
        );
        Assert.Equal("""[{"key":"lr","value":"0.1"}]""", run["data"]!["params"]!.ToJsonString());
        Assert.Equal("mlflow", (string?)(await emulator.GetAsync(TestEmulator.Arm("/jobs/logged")))["properties"]!["tags"]!["from"]);

        var first = await emulator.GetAsync(TestEmulator.Mlflow("metrics/get-history?run_id=logged&metric_key=loss&max_results=2"));
        var second = await emulator.GetAsync(
            TestEmulator.Mlflow($"metrics/get-history?run_id=logged&metric_key=loss&page_token={first["next_page_token"]}")
        );
        Assert.Equal(
            [2.5, 1.5, 0.5],
            first["metrics"]!.AsArray().Concat(second["metrics"]!.AsArray()).Select(point => (double)point!["value"]!)
        );
        Assert.Null(second["next_page_token"]);

        await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            TestEmulator.Mlflow("runs/log-parameter"),
            """{"run_id":"logged","key":"lr","value":"0.2"}"""
        );
        var missing = await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, TestEmulator.Mlflow("runs/get?run_id=none"));
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (string?)missing["error_code"]);
    }

    [Fact]
    public async Task SearchRuns_ReturnsRuns_ThatMatchTheFilter()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var experiment = (string)
            (await emulator.PostAsync(TestEmulator.Mlflow("experiments/create"), """{"name":"by hand"}"""))["experiment_id"]!;
        Assert.Equal(
            experiment,
            (string?)
                (await emulator.GetAsync(TestEmulator.Mlflow("experiments/get-by-name?experiment_name=by%20hand")))["experiment"]![
                    "experiment_id"
                ]
        );
        var ids = new List<string>();
        foreach (var loss in new[] { 0.3, 0.1, 0.2 })
        {
            var made = await emulator.PostAsync(
                TestEmulator.Mlflow("runs/create"),
                $$"""{"experiment_id":"{{experiment}}","run_name":"run {{loss}}","tags":[{"key":"who","value":"me"}]}"""
            );
            ids.Add((string)made["run"]!["info"]!["run_id"]!);
            await emulator.PostAsync(
                TestEmulator.Mlflow("runs/log-metric"),
                $$"""{"run_id":"{{ids[^1]}}","key":"loss","value":{{loss}}}"""
            );
        }

        await emulator.PostAsync(TestEmulator.Mlflow("runs/update"), $$"""{"run_id":"{{ids[0]}}","status":"FINISHED"}""");
        Assert.Equal([ids[1], ids[2], ids[0]], await SearchAsync("tags.who = 'me'", "attributes.run_name ASC"));
        Assert.Equal([ids[0]], await SearchAsync("attributes.status = 'FINISHED' AND metrics.loss > 0.25"));
        Assert.Equal([ids[2], ids[0]], await SearchAsync("metrics.loss >= 0.2"));
        Assert.Empty(await SearchAsync("tags.who = 'you and me'"));
        var bad = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            TestEmulator.Mlflow("runs/search"),
            $$"""{"experiment_ids":["{{experiment}}"],"filter":"loss ~ 1"}"""
        );
        Assert.Equal("INVALID_PARAMETER_VALUE", (string?)bad["error_code"]);
        Assert.Empty((await emulator.GetAsync(TestEmulator.Arm("/jobs")))["value"]!.AsArray());

        async Task<IEnumerable<string>> SearchAsync(string filter, params string[] orders)
        {
            var body = new JsonObject
            {
                ["experiment_ids"] = new JsonArray(experiment),
                ["filter"] = filter,
                ["order_by"] = new JsonArray([.. orders.Select(order => JsonValue.Create(order))]),
            };
            var answer = await emulator.PostAsync(TestEmulator.Mlflow("runs/search"), body.ToJsonString());
            return answer["runs"]!.AsArray().Select(run => (string)run!["info"]!["run_id"]!);
        }
    }

    [Fact]
    public async Task Write_RecordsExchanges_WithoutSecrets()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var file = Path.Combine(emulator.Folder, "traffic.jsonl");
        await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "emulator/recording", """{"file":"relative"}""");
        await emulator.ExpectAsync(
            HttpStatusCode.OK,
            HttpMethod.Put,
            "emulator/recording",
            new JsonObject { ["file"] = file }.ToJsonString()
        );
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/datastores/data"),
            """{"properties":{"datastoreType":"AzureBlob","accountName":"acct","credentials":{"credentialsType":"Sas","secrets":"""
                + """{"secretsType":"Sas","sasToken":"hidden-secret"}}}}"""
        );
        await emulator.PostAsync(TestEmulator.Arm("/datastores/data/listSecrets"), "");
        await emulator.SubmitAsync("job", "true");
        var details = await emulator.WaitForEndAsync("job");
        var signature = ((string)details["logFiles"]!["user_logs/std_log.txt"]!).Split("sig=")[1];
        await emulator.PostAsync(TestEmulator.Mlflow("runs/log-metric"), """{"run_id":"job","key":"loss","value":1}""");
        var token = await File.ReadAllTextAsync(Path.Combine(emulator.Folder, "token"), TestContext.Current.CancellationToken);
        await TestEmulator.EventuallyAsync(
            async () =>
                (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Contains("log-metric", StringComparison.Ordinal),
            () => Task.FromResult("the last exchange is not recorded")
        );
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, "emulator/recording", """{"file":null}""");
        await emulator.GetAsync(TestEmulator.Arm("/computes"));

        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.All(new[] { "hidden-secret", token, signature, "Bearer" }, secret =>
            Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase)
        );
        Assert.Equal("loss", (string?)lines[^1]["requestBody"]!["key"]);
        Assert.Equal((int?)201, (int?)lines[0]["status"]);
        Assert.Equal("acct", (string?)lines[0]["responseBody"]!["properties"]!["accountName"]);
        Assert.DoesNotContain(lines, line => ((string)line["url"]!).Contains("/computes?", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => ((string)line["url"]!).Contains("/emulator/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task UploadArtifact_KeepsBytes()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("bytes", "true");
        await emulator.WaitForEndAsync("bytes");
        var bytes = Enumerable.Range(0, 100_000).Select(i => (byte)i).ToArray();
        using var content = new ByteArrayContent(bytes) { Headers = { ContentType = new("application/octet-stream") } };

        using var uploaded = await emulator.Client.PostAsync(
            TestEmulator.Artifacts("bytes", "/content?path=outputs/x.bin"),
            content,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(HttpStatusCode.OK, uploaded.StatusCode);
        Assert.Equal(
            bytes,
            await emulator.Client.GetByteArrayAsync(
                TestEmulator.Artifacts("bytes", "/content?path=outputs/x.bin"),
                TestContext.Current.CancellationToken
            )
        );
        Assert.Equal(
            "outputs/x.bin",
            (string?)(await emulator.GetAsync(TestEmulator.Artifacts("bytes", "?path=outputs/")))["value"]![0]!["path"]
        );
    }
}
