using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace EndToEnd.Attacks;

/// <summary>
/// Runs an emulator as a process, with secrets in the environment of the user who started it, and a folder that does not concern it. It can
/// be killed and started again.
/// </summary>
public sealed class Target : IAsyncLifetime
{
    public const string Workspace = "subscriptions/sub/resourceGroups/group/providers/Microsoft.MachineLearningServices/workspaces/work";
    public const string Secret = "planted-secret-7f3a";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string root = Directory.CreateTempSubdirectory("attacks-").FullName;
    private readonly StringBuilder output = new();
    private Process? process;
    private int shown; // characters of the output that were looked at
    private HttpClient? client;

    /// <summary>Gets the size of a file system of its own for the state, in MiB; null for a plain folder.</summary>
    public int? FileSystem { get; init; }

    /// <summary>Gets the state folder, as the emulator names it.</summary>
    public string StatePath => Path.Combine(root, "state");

    /// <summary>Gets the state folder, as this process reaches it.</summary>
    public string State => FileSystem is null ? StatePath : $"/proc/{ProcessId}/root{StatePath}";

    /// <summary>Gets what the emulator has printed.</summary>
    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    /// <summary>Gets a folder outside of the state folder, with one file.</summary>
    public string Outside => Path.Combine(root, "outside");

    public string OutsideFile => Path.Combine(Outside, "file.txt");

    public int ProcessId => process!.Id;

    public Uri Endpoint => client!.BaseAddress!;

    public string Token => File.ReadAllText(Path.Combine(State, "token"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Outside);
        await File.WriteAllTextAsync(OutsideFile, Secret, Stop);
        await LaunchAsync();
        await ExpectAsync(
            201,
            HttpMethod.Put,
            Arm("/computes/cpu"),
            """{"properties":{"computeType":"AmlCompute","properties":{"vmSize":"Standard_DS3_v2","scaleSettings":{"maxNodeCount":40}}}}"""
        );
        await ExpectAsync(201, HttpMethod.Put, Arm("/environments/detection/versions/1"), """{"properties":{"image":"i:1"}}""");
    }

    /// <summary>Starts the emulator on a new folder when an attack has ended it.</summary>
    public async Task EnsureRunningAsync()
    {
        if (!process!.HasExited)
            return;
        Directory.Delete(StatePath, recursive: true);
        await InitializeAsync();
    }

    /// <summary>Starts the emulator on its folder, and returns once it listens.</summary>
    public async Task LaunchAsync()
    {
        var assembly = Environment.GetEnvironmentVariable("ATTACKS_EMULATOR") is { Length: > 0 } other ? other : Checkout.Emulator;
        string[] command = ["dotnet", assembly, "--state", StatePath, "--workspace", "sub/group/work", "--provisioning-milliseconds", "20"];
        if (FileSystem is { } size)
        {
            Directory.CreateDirectory(StatePath);
            var mount = $"mount -t tmpfs -o size={size}m,mode=0700 attacks '{StatePath}' && exec \"$@\"";
            command = ["unshare", Environment.UserName == "root" ? "-m" : "-rm", "sh", "-c", mount, "sh", .. command];
        }

        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AZURE_CLIENT_SECRET"] = Secret;
        start.Environment["SYSTEM_ACCESSTOKEN"] = Secret;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var file = Path.Combine(State, "emulator.json");
        await UntilAsync(
            () =>
            {
                Assert.False(process.HasExited, $"The emulator ended: {Output}");
                return Task.FromResult(File.Exists(file) && (int?)TryParse(file)?["processId"] == process.Id);
            },
            "the emulator does not listen"
        );
        client?.Dispose();
        client = CreateClient(new((string)JsonNode.Parse(await File.ReadAllTextAsync(file, Stop))!["endpoint"]!));
    }

    /// <summary>Ends the emulator by a signal.</summary>
    public async Task SignalAsync(string signal, int? other = null)
    {
        using var kill = Process.Start(
            "kill",
            [$"-{signal}", (other ?? ProcessId).ToString(System.Globalization.CultureInfo.InvariantCulture)]
        );
        await kill.WaitForExitAsync(CancellationToken.None);
        if (other is null)
            await process!.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
            await SignalAsync("TERM");
        process?.Dispose();
        client?.Dispose();
        using var remove = Process.Start("rm", ["-rf", root]);
        await remove.WaitForExitAsync(CancellationToken.None);
    }

    public static string Arm(string path) =>
        $"{Workspace}{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}api-version=2024-10-01";

    public static string Artifacts(string run, string path) => $"artifact/v2.0/{Workspace}/artifacts/ExperimentRun/dcid.{run}{path}";

    public static string Mlflow(string path) => $"mlflow/v1.0/{Workspace}/api/2.0/mlflow/{path}";

    public static string History(string path) => $"history/v1.0/{Workspace}{path}";

    public string JobFolder(string job) => Path.Combine(State, "jobs", job);

    public HttpClient CreateClient(Uri endpoint)
    {
        var trusted = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(State, "emulator.crt"));
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new()
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { trusted },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        return new HttpClient(handler) { BaseAddress = endpoint, Timeout = Limit };
    }

    /// <summary>Opens the studio and returns the cookie that it gives for its token.</summary>
    public async Task<string> OpenStudioAsync()
    {
        var token = (await File.ReadAllTextAsync(Path.Combine(State, "studio-token"), Stop)).Trim();
        using var opened = await client!.GetAsync($"studio?token={token}", Stop);
        return opened.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    /// <summary>Asks for what the studio's page reads.</summary>
    public async Task<(int Status, string Body)> AskStudioAsync(string path)
    {
        var cookie = await OpenStudioAsync();
        return await SendAsync(HttpMethod.Get, $"studio/api/{path}", token: "", headers: headers => headers.Add("Cookie", cookie));
    }

    /// <summary>Returns what the studio's page reads.</summary>
    public async Task<string> ReadStudioAsync(string path)
    {
        var (status, body) = await AskStudioAsync(path);
        Assert.Equal(200, status);
        return body;
    }

    /// <summary>Sends a request with the owner's token, or with another one; an empty one sends none.</summary>
    public async Task<(int Status, string Body)> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content = null,
        string? token = null,
        Action<HttpRequestHeaders>? headers = null
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        token ??= Token;
        if (token.Length > 0)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        headers?.Invoke(request.Headers);
        using var response = await client!.SendAsync(request, Stop);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Stop));
    }

    public Task<(int Status, string Body)> SendJsonAsync(HttpMethod method, string path, string json, string? token = null) =>
        SendAsync(method, path, new StringContent(json, Encoding.UTF8, "application/json"), token);

    public async Task<string> ExpectAsync(int status, HttpMethod method, string path, string? json = null, string? token = null)
    {
        var (found, body) = json is null ? await SendAsync(method, path, null, token) : await SendJsonAsync(method, path, json, token);
        Assert.True(found == status, $"{method} {path} returned {found}, not {status}: {body}\n{Output}");
        return body;
    }

    /// <summary>Uploads an artifact and returns the status.</summary>
    public async Task<int> UploadAsync(string job, string path, string query, string token, string content = "written by an attack")
    {
        var (status, body) = await SendAsync(
            HttpMethod.Post,
            Artifacts(job, $"/content?path={Uri.EscapeDataString(path)}{query}"),
            new StringContent(content),
            token
        );
        Assert.True(status < 500, body);
        return status;
    }

    public static string JobBody(string command, string more = "") =>
        new JsonObject
        {
            ["properties"] = JsonNode.Parse(
                $$"""{"jobType":"Command","computeId":"/{{Workspace}}/computes/cpu","environmentId":"/{{Workspace}}/"""
                    + $$"""environments/detection/versions/1","command":{{JsonValue.Create(command).ToJsonString()}}{{more}}}"""
            ),
        }.ToJsonString();

    public Task SubmitAsync(string job, string command, string more = "") =>
        ExpectAsync(201, HttpMethod.Put, Arm($"/jobs/{job}"), JobBody(command, more));

    /// <summary>Starts a job that runs a script and stays, and returns the job's token.</summary>
    public async Task<string> StartAsync(string job, string script, string more = "")
    {
        await SubmitAsync(
            job,
            $"{{ {script}; }} 2>/dev/null; echo -n $MLFLOW_TRACKING_TOKEN > '{root}'/{job}.new; mv '{root}'/{job}.new "
                + $"'{root}'/{job}.token; "
                + "sleep 600",
            more
        );
        var file = Path.Combine(root, $"{job}.token");
        await UntilAsync(() => Task.FromResult(File.Exists(file)), "the job does not run");
        return await File.ReadAllTextAsync(file, Stop);
    }

    public async Task<string> StatusAsync(string job) =>
        (string)JsonNode.Parse(await ExpectAsync(200, HttpMethod.Get, Arm($"/jobs/{job}")))!["properties"]!["status"]!;

    public async Task<string> EndAsync(string job)
    {
        var status = "";
        await UntilAsync(async () => (status = await StatusAsync(job)) is "Completed" or "Failed" or "Canceled", $"{job} does not end");
        return status;
    }

    public async Task CancelAsync(string job)
    {
        await ExpectAsync(202, HttpMethod.Post, Arm($"/jobs/{job}/cancel"));
        Assert.Equal("Canceled", await EndAsync(job));
    }

    /// <summary>Cancels the jobs that still run, so that the next attack finds free nodes.</summary>
    public async Task EndJobsAsync()
    {
        while (true)
        {
            var list = JsonNode.Parse(await ExpectAsync(200, HttpMethod.Get, Arm("/jobs")))!["value"]!.AsArray();
            var active = list.Where(job => (string?)job!["properties"]!["status"] is not ("Completed" or "Failed" or "Canceled"))
                .Select(job => (string)job!["name"]!)
                .ToList();
            if (active.Count == 0)
                return;
            foreach (var job in active)
                await SendAsync(HttpMethod.Post, Arm($"/jobs/{job}/cancel"));
            foreach (var job in active)
                await EndAsync(job);
        }
    }

    public async Task<string> ErrorAsync(string job) =>
        (string?)JsonNode.Parse(await ExpectAsync(200, HttpMethod.Get, History($"/runs/{job}/details")))!["error"]?["error"]?["message"]
        ?? "";

    /// <summary>Fails when the folder outside has changed.</summary>
    public void OutsideIsUntouched()
    {
        Assert.Equal([OutsideFile], Directory.EnumerateFileSystemEntries(Outside));
        Assert.Equal(Secret, File.ReadAllText(OutsideFile));
    }

    /// <summary>Fails when the emulator no longer serves requests, or met something that it has no words for.</summary>
    public async Task ServesAsync()
    {
        OutsideIsUntouched();
        var added = Output[shown..];
        shown += added.Length;
        Assert.DoesNotContain(added.Split('\n'), line => line.StartsWith("fail: ", StringComparison.Ordinal));
        await ExpectAsync(200, HttpMethod.Get, "emulator/status");
    }

    /// <summary>Returns the peak memory of the emulator, in MiB.</summary>
    public long PeakMemory()
    {
        var line = File.ReadLines($"/proc/{ProcessId}/status").First(text => text.StartsWith("VmHWM", StringComparison.Ordinal));
        return long.Parse(new string([.. line.Where(char.IsAsciiDigit)]), System.Globalization.CultureInfo.InvariantCulture) / 1024;
    }

    private static JsonNode? TryParse(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(file));
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or IOException)
        {
            return null;
        }
    }

    private void Add(string? line)
    {
        lock (output)
            output.AppendLine(line);
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, string otherwise)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit)
                Assert.Fail($"After {Limit.TotalSeconds} s: {otherwise}.");
            await Task.Delay(20, Stop);
        }
    }
}
