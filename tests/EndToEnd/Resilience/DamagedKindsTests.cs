using System.Text.Json.Nodes;
using EndToEnd.Attacks;

namespace EndToEnd.Resilience;

/// <summary>
/// Makes one of everything, walks the emulator's folder, and damages one file of each kind at once. No kind is listed here by hand: a new
/// one is damaged as well, and a new folder of resources without an example fails the test.
/// </summary>
public sealed class DamagedKindsTests
{
    // What no warning need name: it is only written, read in the middle of a line, decrypted when it is asked for, or may be missing.
    private static readonly string[] Unneeded = ["emulator.json", "last-end.json", "lock", "metrics.jsonl", "vaults"];

    private static readonly string[] Lists =
    [
        "/datastores",
        "/computes",
        "/environments",
        "/environments/detection/versions",
        "/models",
        "/data",
        "/codes",
        "/components",
        "/components/say/versions",
        "/connections",
        "/schedules",
        "/jobs",
        "/jobs?jobType=Sweep",
        "",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("emptied", Traits = ["When", "Night"])]
    [InlineData("halved")]
    [InlineData("garbled", Traits = ["When", "Night"])]
    [InlineData("nothing but NUL")]
    [InlineData("null", Traits = ["When", "Night"])]
    [InlineData("a folder", Traits = ["When", "Night"])]
    public async Task Start_NamesTheFileOfEachKind_AndServesAllOperations_WhenOneOfEachKindIsDamaged(string damage)
    {
        await using var target = new Target();
        await MakeOneOfEverythingAsync(target);
        var files = FilesOfEachKind(target.State);
        Assert.True(files.Count > 30, $"only {files.Count} kinds: {string.Join(", ", files.Keys)}");
        Assert.Empty(FoldersWithoutExample(target.State));
        foreach (var file in files.Values)
            await DamageAsync(file, damage);

        await target.LaunchAsync();

        await ServesAsync(target);
        var status = await target.ExpectAsync(200, HttpMethod.Get, "emulator/status");
        var unnamed = files.Where(file =>
            !Unneeded.Contains(file.Key) && !status.Contains($"{file.Value} is damaged", StringComparison.Ordinal)
        );
        Assert.Equal("", string.Join('\n', unnamed.Where(file => !IsUnseen(file.Key, damage)).Select(file => file.Key)));
    }

    [Fact]
    public async Task Start_ServesAllOperations_WhenEveryValueHasAnotherType()
    {
        await using var target = new Target();
        await MakeOneOfEverythingAsync(target);
        foreach (var file in FilesOfEachKind(target.State).Values.Where(file => file.EndsWith(".json", StringComparison.Ordinal)))
        {
            if (Path.GetFileName(file) == "emulator.json")
                continue; // The test itself reads it.
            var json = JsonNode.Parse(await File.ReadAllTextAsync(file, Stop))!;
            if (json["body"] is { } body)
                json["body"] = Mistyped(body);
            else
                json = Mistyped(json);
            await File.WriteAllTextAsync(file, json!.ToJsonString(), Stop);
        }

        await target.LaunchAsync();

        await ServesAsync(target);
    }

    // No engine, or half the path of one, is a list of engines as well.
    private static bool IsUnseen(string kind, string damage) => kind == "container-engines" && damage is ("emptied" or "halved");

    private static async Task ServesAsync(Target target)
    {
        await PutRegistryAsync(target); // The assets of a registry that is not known are not read.
        var paths = Lists
            .Select(Target.Arm)
            .Append(Target.Mlflow("metrics/get-history?run_id=other&metric_key=loss"))
            .Append($"{Registry}/components?api-version=2024-10-01")
            .Append("subscriptions/sub/resourceGroups/group?api-version=2025-04-01");
        foreach (var path in paths)
        {
            var (status, body) = await target.SendAsync(HttpMethod.Get, path);
            Assert.True(status < 500, $"GET {path} returned {status}: {body}\n{target.Output}");
        }

        await target.AskStudioAsync("jobs");
        await target.SendJsonAsync(HttpMethod.Put, Target.Arm("/computes/cpu"), Compute);
        await target.SendJsonAsync(HttpMethod.Put, Target.Arm("/environments/again/versions/1"), """{"properties":{"image":"i:1"}}""");
        var job = Target.JobBody("echo works").Replace("environments/detection", "environments/again", StringComparison.Ordinal);
        await target.ExpectAsync(201, HttpMethod.Put, Target.Arm("/jobs/next"), job);
        Assert.Equal("Completed", await target.EndAsync("next"));
    }

    private const string Compute =
        """{"properties":{"computeType":"AmlCompute","properties":{"vmSize":"Standard_DS3_v2","scaleSettings":{"maxNodeCount":40}}}}""";

    private static async Task MakeOneOfEverythingAsync(Target target)
    {
        await target.InitializeAsync();
        const string Vault = "/subscriptions/sub/resourceGroups/group/providers/Microsoft.KeyVault/vaults/vault";
        await target.ExpectAsync(200, HttpMethod.Patch, Target.Arm(""), "{\"properties\":{\"keyVault\":\"" + Vault + "\"}}");
        await target.ExpectAsync(200, HttpMethod.Put, "keyvault/vault/secrets/secret?api-version=7.4", """{"value":"v"}""");
        var spec =
            $$$"""{"type":"command","environment":"azureml:/{{{Target.Workspace}}}/environments/detection/versions/1","command":"true"}""";
        (string Path, string Properties)[] resources =
        [
            ("/models/model/versions/1", """{"modelUri":"azureml://datastores/workspaceblobstore/paths/m"}"""),
            ("/data/set/versions/1", """{"dataUri":"azureml://datastores/workspaceblobstore/paths/m","dataType":"uri_folder"}"""),
            ("/codes/code/versions/1", """{"codeUri":"azureml://datastores/workspaceblobstore/paths/c"}"""),
            ("/components/say/versions/1", "{\"componentSpec\":" + spec + "}"),
            ("/connections/hub", """{"authType":"None","category":"ContainerRegistry","target":"https://registry.example"}"""),
            (
                "/schedules/yearly",
                "{\"trigger\":{\"triggerType\":\"Cron\",\"expression\":\"0 0 1 1 *\",\"timeZone\":\"UTC\"},"
                    + "\"action\":{\"actionType\":\"CreateJob\",\"jobDefinition\":"
                    + JsonNode.Parse(Target.JobBody("true"))!["properties"]!.ToJsonString()
                    + "}}"
            ),
        ];
        foreach (var (path, properties) in resources)
            await PutAsync(target, Target.Arm(path), "{\"properties\":" + properties + "}");

        await PutRegistryAsync(target);
        foreach (var asset in new[] { "environments", "models", "codes", "components" })
        {
            var properties = asset switch
            {
                "environments" => """{"image":"i:1"}""",
                "models" => resources[0].Properties,
                "codes" => resources[2].Properties,
                _ => resources[3].Properties,
            };
            await PutAsync(target, $"{Registry}/{asset}/one/versions/1?api-version=2024-10-01", "{\"properties\":" + properties + "}");
        }

        await target.SubmitAsync("other", "true");
        await target.EndAsync("other");
        await target.ExpectAsync(200, HttpMethod.Post, Target.Mlflow("runs/log-metric"), """{"run_id":"other","key":"loss","value":1}""");
        var environment = $"/{Target.Workspace}/environments/detection/versions/1";
        var compute = $"/{Target.Workspace}/computes/cpu";
        string Named(string job) =>
            job.Replace("ENVIRONMENT", environment, StringComparison.Ordinal).Replace("COMPUTE", compute, StringComparison.Ordinal);
        await PutAsync(
            target,
            Target.Arm("/jobs/sweep"),
            Named(
                """
                {"properties":{"jobType":"Sweep","computeId":"COMPUTE","trial":{"environmentId":"ENVIRONMENT",
                 "command":"echo ${{search_space.b}}"},"objective":{"primaryMetric":"m","goal":"Maximize"},
                 "searchSpace":{"b":["choice",[[1]]]},"samplingAlgorithm":{"samplingAlgorithmType":"Grid"},"limits":{"maxTotalTrials":1}}}
                """
            )
        );
        await target.EndAsync("sweep");
        await PutAsync(
            target,
            Target.Arm("/jobs/pipeline"),
            Named(
                """
                {"properties":{"jobType":"Pipeline","settings":{"default_compute":"COMPUTE"},
                 "jobs":{"a":{"type":"command","computeId":"COMPUTE","environmentId":"ENVIRONMENT","command":"true"}}}}
                """
            )
        );
        await target.EndAsync("pipeline");
        await target.SignalAsync("KILL");
        await File.WriteAllTextAsync(Path.Combine(target.State, "container-engines"), "unix:///nowhere/docker.sock", Stop);
        await File.WriteAllTextAsync(Path.Combine(target.State, "last-end.json"), """{"state":"stopped"}""", Stop);

        // What only time or a deployment writes.
        foreach (var folder in new[] { "workspaces/sub/group/work/firings", "arm-resources", "deleted-vaults" })
        {
            var moment = TimeProvider.System.GetUtcNow().ToString("O");
            var stored = new JsonObject
            {
                ["name"] = "one",
                ["createdAt"] = moment,
                ["modifiedAt"] = moment,
                ["body"] = new JsonObject
                {
                    ["name"] = "one",
                    ["sent"] = new JsonObject(),
                    ["added"] = new JsonObject(),
                },
            };
            Directory.CreateDirectory(Path.Combine(target.State, folder));
            await File.WriteAllTextAsync(Path.Combine(target.State, folder, "one.json"), stored.ToJsonString(), Stop);
        }
    }

    private static readonly string Registry = Target.Workspace.Replace("workspaces/work", "registries/shared", StringComparison.Ordinal);

    private static Task PutRegistryAsync(Target target) =>
        PutAsync(target, $"{Registry}?api-version=2024-10-01", """{"location":"westeurope","properties":{}}""");

    private static async Task PutAsync(Target target, string path, string body)
    {
        var (status, text) = await target.SendJsonAsync(HttpMethod.Put, path, body);
        Assert.True(status is 200 or 201 or 202, $"PUT {path} returned {status}: {text}");
    }

    private static Dictionary<string, string> FilesOfEachKind(string state) =>
        Directory
            .EnumerateFiles(state, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => (Kind: KindOf(state, file), file))
            .Where(found => found.Kind is not null)
            .GroupBy(found => found.Kind!, StringComparer.Ordinal)
            .ToDictionary(kind => kind.Key, kind => kind.First().file, StringComparer.Ordinal);

    // Files of jobs and datastores belong to their users.
    private static string? KindOf(string state, string file)
    {
        var parts = Path.GetRelativePath(state, file).Split('/');
        return parts[0] switch
        {
            _ when parts.Length == 1 => parts[0],
            "storage" or "mirrors" => null,
            "vaults" => "vaults",
            "jobs" when parts is [_, _, "run.json"] => KindOfRun(file),
            "jobs" => parts is [_, _, "metrics.jsonl"] ? "metrics.jsonl" : null,
            "blob-facts" => "blob-facts",
            _ => $"{parts[0]}/{parts[^2]}",
        };
    }

    private static string KindOfRun(string file)
    {
        var run = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        var members = new[] { "trial", "step", "steps" }.Where(name =>
            run.Any(member => member is { Value: not null } && member.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
        );
        return $"run.json {string.Join(' ', members)}";
    }

    private static IEnumerable<string> FoldersWithoutExample(string state) =>
        Directory
            .EnumerateDirectories(state, "*", SearchOption.AllDirectories)
            .Where(folder => Path.GetRelativePath(state, folder).Split('/')[0] is not ("jobs" or "storage" or "mirrors" or "blob-blocks"))
            .Where(folder => !Directory.EnumerateFileSystemEntries(folder).Any());

    private static async Task DamageAsync(string file, string damage)
    {
        var content = await File.ReadAllBytesAsync(file, Stop);
        if (damage == "a folder")
        {
            File.Delete(file);
            Directory.CreateDirectory(file);
            return;
        }

        var random = new Random(content.Length);
        var damaged = damage switch
        {
            "emptied" => [],
            "halved" => content[..(content.Length / 2)],
            "null" => "null"u8.ToArray(),
            "garbled" => [.. content.Select((each, at) => at % 5 == 0 ? (byte)random.Next(256) : each)],
            _ => new byte[content.Length],
        };
        await File.WriteAllBytesAsync(file, damaged, Stop);
    }

    private static JsonNode Mistyped(JsonNode node) =>
        node switch
        {
            JsonObject members => new JsonObject(members.Select(pair => KeyValuePair.Create(pair.Key, Other(pair.Value)))),
            JsonArray items => new JsonArray([.. items.Select(Other)]),
            JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String => JsonNode.Parse("1e400")!,
            _ => "\0 text",
        };

    private static JsonNode? Other(JsonNode? node) => node is null ? JsonNode.Parse("[7]") : Mistyped(node);
}
