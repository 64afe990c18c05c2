using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using EndToEnd.Attacks;

namespace EndToEnd.Resilience;

/// <summary>
/// One file of the state is emptied, halved or garbled. The emulator starts, names the file, and serves everything else.
/// </summary>
public sealed class DamagedStateTests(DamagedStateTests.StoredState stored) : IClassFixture<DamagedStateTests.StoredState>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // Each kind of file by a pattern, and whether a warning names it also when it is empty.
    private static readonly (string Pattern, bool IsNeeded)[] Kinds =
    [
        ("emulator.crt", true),
        ("emulator.key", true),
        ("token", true),
        ("studio-token", true),
        ("secrets.key", true),
        ("registry-token.key", true),
        ("registry-token.crt", true),
        ("registry-token.jwks.json", true),
        ("container-engines", false),
        ("emulator.json", false),
        ("last-end.json", false),
        ("lock", false),
        ("emulator.log", false),
        ("workspace-resources/*.json", true),
        ("workspaces/sub/group/work/datastores/data.json", true),
        ("workspaces/sub/group/work/computes/cpu.json", true),
        ("workspaces/sub/group/work/environments/detection.json", true),
        ("workspaces/sub/group/work/environment-versions/*.json", true),
        ("workspaces/sub/group/work/models/model.json", true),
        ("workspaces/sub/group/work/model-versions/*.json", true),
        ("workspaces/sub/group/work/data/set.json", true),
        ("workspaces/sub/group/work/experiments/*.json", true),
        ("vaults/*/secret.json", false),
        ("jobs/other/run.json", true),
        ("jobs/other/metrics.jsonl", false),
    ];

    private static readonly string[] EachDamage = ["emptied", "halved", "garbled"];

    /// <summary>
    /// Gets every fourth kind with one of the damages, at night each kind with all of them; DamagedKindsTests has all kinds at once.
    /// </summary>
    public static TheoryData<string, string> Damages =>
        [
            .. Kinds.SelectMany(
                (kind, place) =>
                    EachDamage
                        .Where((_, number) => Fixtures.Seeds.IsNight || (place % 4 == 0 && number == place % EachDamage.Length))
                        .Select(damage => (kind.Pattern, damage))
            ),
        ];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Start_ServesEverythingElse_WhenAFileIsDamaged(string pattern, string damage)
    {
        await using var target = new Target();
        await stored.CopyToAsync(target.State);
        var file = FilesOf(target.State, pattern).First();
        var before = await File.ReadAllBytesAsync(file, Stop);
        await File.WriteAllBytesAsync(file, Damage(before, damage), Stop);

        await target.LaunchAsync();

        var isNeeded = Kinds.Single(kind => kind.Pattern == pattern).IsNeeded;
        if (isNeeded)
        {
            await Target.UntilAsync(
                () => Task.FromResult(target.Output.Contains(file, StringComparison.Ordinal)),
                $"no warning names {file}"
            );
            Assert.Contains(file, await target.ExpectAsync(200, HttpMethod.Get, "emulator/status"), StringComparison.Ordinal);
            Assert.NotEmpty(FilesOf(target.State, $"{Path.GetRelativePath(target.State, file)}.damaged*"));
        }

        // The registry's token service stays closed to requests without a token.
        var (status, _) = await target.SendAsync(
            HttpMethod.Post,
            "oauth2/token",
            new StringContent("grant_type=password&service=r&username=u&password=", Encoding.UTF8, "application/x-www-form-urlencoded"),
            ""
        );
        Assert.Equal(401, status);
        Assert.Equal(64, target.Token.Length);

        foreach (var (path, source) in StoredState.Resources)
        {
            if (IsOf(source, pattern))
                continue;
            var method = path.StartsWith("POST ", StringComparison.Ordinal) ? HttpMethod.Post : HttpMethod.Get;
            await target.ExpectAsync(200, method, path.Split(' ')[^1]);
        }

        Assert.Equal("Failed", await target.StatusAsync("crashed"));
        if (pattern is not "workspaces/sub/group/work/computes/cpu.json" and not "workspaces/sub/group/work/environment-versions/*.json")
        {
            await target.SubmitAsync("next", "echo works");
            Assert.Equal("Completed", await target.EndAsync("next"));
        }

        Assert.Empty(Directory.EnumerateFiles(target.State, "*.tmp", SearchOption.AllDirectories));
    }

    private static bool IsOf(string source, string pattern) => source.Split(' ').Contains(pattern, StringComparer.Ordinal);

    private static IEnumerable<string> FilesOf(string state, string pattern)
    {
        var parts = pattern.Split('/');
        IEnumerable<string> folders = [state];
        foreach (var part in parts[..^1])
            folders = folders.Where(Directory.Exists).SelectMany(folder => Directory.GetDirectories(folder, part));
        return folders.SelectMany(folder => Directory.GetFiles(folder, parts[^1])).Order(StringComparer.Ordinal);
    }

    private static byte[] Damage(byte[] content, string damage)
    {
        switch (damage)
        {
            case "emptied":
                return [];
            case "halved":
                return content[..(content.Length / 2)];
            default:
                var random = new Random(content.Length);
                var garbled = content.ToArray();
                for (var n = 0; n < garbled.Length; n += 1 + random.Next(8))
                    garbled[n] = (byte)random.Next(256);
                return garbled;
        }
    }

    /// <summary>A state folder with every kind of file, as an emulator leaves it that was killed while a job ran.</summary>
    public sealed class StoredState : IAsyncLifetime
    {
        private readonly Target origin = new();

        /// <summary>Gets the served resources, each with its files.</summary>
        public static (string Path, string Source)[] Resources { get; } =
        [
            (Target.Arm(""), "-"),
            (Target.Arm("/datastores/data"), "workspaces/sub/group/work/datastores/data.json"),
            ($"POST {Target.Arm("/datastores/data/listSecrets")}", "workspaces/sub/group/work/datastores/data.json secrets.key"),
            (Target.Arm("/computes/cpu"), "workspaces/sub/group/work/computes/cpu.json"),
            (Target.Arm("/environments/detection"), "workspaces/sub/group/work/environments/detection.json"),
            (Target.Arm("/environments/detection/versions/1"), "workspaces/sub/group/work/environment-versions/*.json"),
            (Target.Arm("/models/model"), "workspaces/sub/group/work/models/model.json"),
            (Target.Arm("/models/model/versions/1"), "workspaces/sub/group/work/model-versions/*.json"),
            (Target.Arm("/data/set"), "workspaces/sub/group/work/data/set.json"),
            (Target.Arm("/jobs/other"), "jobs/other/run.json"),
            (Target.Arm("/jobs/crashed"), "-"),
            (Target.Mlflow("runs/get?run_id=crashed"), "-"),
            (Target.Mlflow("metrics/get-history?run_id=crashed&metric_key=loss"), "-"),
            ("keyvault/vault/secrets/secret?api-version=7.4", "vaults/*/secret.json secrets.key workspace-resources/*.json"),
        ];

        public async ValueTask InitializeAsync()
        {
            await origin.InitializeAsync();
            await origin.ExpectAsync(
                200,
                HttpMethod.Patch,
                Target.Arm(""),
                """{"properties":{"keyVault":"/subscriptions/sub/resourceGroups/group/providers/Microsoft.KeyVault/vaults/vault"}}"""
            );
            await origin.ExpectAsync(
                201,
                HttpMethod.Put,
                Target.Arm("/datastores/data"),
                """{"properties":{"datastoreType":"AzureBlob","accountName":"acct","credentials":{"credentialsType":"Sas","secrets":"""
                    + """{"secretsType":"Sas","sasToken":"s"}}}}"""
            );
            await origin.ExpectAsync(
                201,
                HttpMethod.Put,
                Target.Arm("/models/model/versions/1"),
                """{"properties":{"modelUri":"azureml://datastores/data/paths/m"}}"""
            );
            await origin.ExpectAsync(
                201,
                HttpMethod.Put,
                Target.Arm("/data/set/versions/1"),
                """{"properties":{"dataUri":"azureml://datastores/data/paths/m","dataType":"uri_folder"}}"""
            );
            await origin.ExpectAsync(200, HttpMethod.Put, "keyvault/vault/secrets/secret?api-version=7.4", """{"value":"v"}""");
            await origin.SubmitAsync("other", "true");
            await origin.EndAsync("other");
            await origin.StartAsync("crashed", "true");
            foreach (var job in new[] { "other", "crashed" })
            {
                await origin.ExpectAsync(
                    200,
                    HttpMethod.Post,
                    Target.Mlflow("runs/log-metric"),
                    $$"""{"run_id":"{{job}}","key":"loss","value":1}"""
                );
            }

            await origin.SignalAsync("KILL");
            await File.WriteAllTextAsync(Path.Combine(origin.State, "container-engines"), "unix:///nowhere/docker.sock", Stop);
            await File.WriteAllTextAsync(
                Path.Combine(origin.State, "last-end.json"),
                new JsonObject { ["state"] = "stopped" }.ToJsonString(),
                Stop
            );
            await File.WriteAllTextAsync(Path.Combine(origin.State, "emulator.log"), "a log", Stop);
            foreach (var folder in new[] { "", "jobs/other", "workspaces/sub/group/work/computes" })
                await File.WriteAllTextAsync(Path.Combine(origin.State, folder, $"x.json.{Guid.NewGuid():N}.tmp"), "{", Stop);
        }

        public ValueTask DisposeAsync() => origin.DisposeAsync();

        public async Task CopyToAsync(string folder)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            using var copy = Process.Start("cp", ["-a", origin.State, folder]);
            await copy.WaitForExitAsync(Stop);
        }
    }
}
