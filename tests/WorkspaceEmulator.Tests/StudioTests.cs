using System.Net;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Tests;

public sealed class StudioTests : IAsyncLifetime
{
    private TestEmulator emulator = null!;
    private HttpClient reader = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        emulator = await TestEmulator.StartAsync();
        reader = TestEmulator.CreateClient(emulator.Folder, emulator.Endpoint);
        reader.DefaultRequestHeaders.Authorization = null;
        var token = await File.ReadAllTextAsync(Path.Combine(emulator.Folder, "studio-token"), Stop);
        using var response = await reader.GetAsync(new Uri($"studio?token={token}", UriKind.Relative), Stop);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode); // The client keeps the cookie.
    }

    public async ValueTask DisposeAsync()
    {
        reader.Dispose();
        await emulator.DisposeAsync();
    }

    [Fact]
    public async Task Get_OpensNothingElse_WhenTheCookieIsTheStudios()
    {
        using var jobs = await reader.GetAsync(new Uri(TestEmulator.Arm("/jobs"), UriKind.Relative), Stop);
        using var status = await reader.GetAsync(new Uri("emulator/status", UriKind.Relative), Stop);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (jobs.StatusCode, status.StatusCode));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(emulator.Folder, "studio-token")));
    }

    [Fact]
    public async Task Get_IsRefused_WhenTheTokenIsTheEmulators()
    {
        using var other = TestEmulator.CreateClient(emulator.Folder, emulator.Endpoint);
        var token = await File.ReadAllTextAsync(Path.Combine(emulator.Folder, "token"), Stop);

        using var response = await other.GetAsync(new Uri($"studio?token={token}", UriKind.Relative), Stop);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Get_ShowsTheJob_WhenItHasRun()
    {
        await emulator.SubmitAsync(
            "job-1",
            "echo hello; mkdir -p outputs; echo content > outputs/file.txt; ln -s /etc/passwd outputs/link"
        );
        await emulator.WaitForEndAsync("job-1");

        var job = await GetAsync("jobs/job-1");
        var artifacts = await GetAsync("jobs/job-1/artifacts");
        using var log = await reader.GetAsync(new Uri("studio/api/jobs/job-1/log?offset=0&length=100", UriKind.Relative), Stop);
        using var link = await reader.GetAsync(new Uri("studio/api/jobs/job-1/artifacts/outputs/link", UriKind.Relative), Stop);

        Assert.Equal(("job-1", "command", "Completed"), ((string?)job["name"], (string?)job["kind"], (string?)job["state"]));
        Assert.Equal("hello\n", await log.Content.ReadAsStringAsync(Stop));
        Assert.Contains(artifacts["artifacts"]!.AsArray(), artifact => (string?)artifact!["path"] == "outputs/file.txt");
        Assert.DoesNotContain(artifacts["artifacts"]!.AsArray(), artifact => (string?)artifact!["path"] == "outputs/link");
        Assert.Equal(HttpStatusCode.NotFound, link.StatusCode);
    }

    [Fact]
    public async Task Post_CancelsTheJob_WhenItIsConfirmed()
    {
        await emulator.SubmitAsync("job-1", "sleep 600");

        Assert.Equal(428, (int)await PostAsync("jobs/job-1/cancel", confirmation: null));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync("jobs/job-1/cancel", "job-1"));

        await emulator.WaitForEndAsync("job-1");
        Assert.Equal("Canceled", (string?)(await GetAsync("jobs/job-1"))["state"]);
    }

    [Fact]
    public async Task Post_SubmitsTheNextAttempts_WhenTheJobIsSubmittedAgain()
    {
        await emulator.SubmitAsync("job-1", "echo again");
        await emulator.WaitForEndAsync("job-1");

        Assert.Equal(HttpStatusCode.Accepted, await PostAsync("jobs/job-1/resubmit", "job-1"));
        await emulator.WaitForEndAsync("job-1-2");
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync("jobs/job-1-2/resubmit", "job-1-2"));
        await emulator.WaitForEndAsync("job-1-3");

        using var log = await reader.GetAsync(new Uri("studio/api/jobs/job-1-3/log?offset=0", UriKind.Relative), Stop);
        Assert.Equal("again\n", await log.Content.ReadAsStringAsync(Stop));
    }

    [Theory]
    [InlineData("""{"A":1,"A":2}""")]
    [InlineData("""{"IMAGE_TYPE":"\ud800"}""")]
    [InlineData("""{"\udfff":1}""")]
    public async Task Get_Answers_WhenAVariableOfTheJobIsNoJsonThatCanBeRead(string config)
    {
        await emulator.SubmitAsync("job-1", "true", change: properties =>
            properties["environmentVariables"] = new JsonObject { ["EXP_CONFIG"] = config }
        );
        await emulator.WaitForEndAsync("job-1");

        Assert.Null((await GetAsync("jobs/job-1"))["config"]);
        Assert.Equal("[]", (await GetAsync("compare?jobs=job-1&jobs=job-1"))["config"]!.ToJsonString());
        Assert.False((bool)(await GetAsync("jobs/job-1/images"))["available"]!);
    }

    [Fact]
    public async Task Get_ShowsThePriceOfANode_WhenTheSizeHasOne()
    {
        await emulator.CreateComputeAsync();

        var cluster = Assert.Single((await GetAsync("clusters"))["clusters"]!.AsArray());

        Assert.Equal(0.293, (double?)cluster!["pricePerHour"]);
    }

    [Fact]
    public async Task Get_ShowsWhatCheckDataFound_WhenItExaminedTheDatasetOfTheJob()
    {
        var hash = new string('a', 64);
        await emulator.SubmitAsync("job-1", "true", change: properties => properties["tags"] = new JsonObject { ["dataset_hash"] = hash });
        await emulator.SubmitAsync(
            "job-2",
            "true",
            change: properties => properties["tags"] = new JsonObject { ["dataset_hash"] = "../../../secrets" },
            prepare: false
        );
        Assert.Contains(
            "has not examined the dataset aaaaaaaaaaaa",
            (string?)(await GetAsync("datasets/job-1"))["reason"],
            StringComparison.Ordinal
        );
        Assert.Contains("no tag dataset_hash", (string?)(await GetAsync("datasets/job-2"))["reason"], StringComparison.Ordinal);

        var folder = Directory.CreateDirectory(Path.Combine(emulator.Folder, "data-checks")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, $"{hash}.json"), """{"findings": [{"rule": "tiny"}]}""", Stop);
        Assert.Equal("tiny", (string?)(await GetAsync("datasets/job-1"))["data"]!["findings"]![0]!["rule"]);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{hash}.json"), "{", Stop);
        Assert.Contains("damaged", (string?)(await GetAsync("datasets/job-1"))["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ShowsWhatCheckDataFound_ByTheNamesOfADatasetWithFaults()
    {
        await SubmitAsync("job-1", """{"IMAGE_TYPE": "pothole", "TRAIN_CSV": "latest", "TEST_CSV": "test_pothole_1.csv"}""");
        await SubmitAsync("job-2", """{"IMAGE_TYPE": "pothole", "TRAIN_CSV": "latest", "TEST_CSV": "test_pothole_2.csv"}""");
        await SubmitAsync("job-3", """{"IMAGE_TYPE": ["pothole"]}""");
        var folder = Directory.CreateDirectory(Path.Combine(emulator.Folder, "data-checks")).FullName;
        const string Names = "\"hash\": null, \"imageType\": \"pothole\", \"trainCsv\": \"pothole/datasets/train_pothole_1.csv\"";
        await File.WriteAllTextAsync(
            Path.Combine(folder, "names-1.json"),
            $$"""{{{Names}}, "testCsv": "pothole/datasets/test_pothole_1.csv", "faults": ["a box"]}""",
            Stop
        );
        await File.WriteAllTextAsync(Path.Combine(folder, "names-2.json"), "{", Stop);

        Assert.Equal("a box", (string?)(await GetAsync("datasets/job-1"))["data"]!["faults"]![0]);
        Assert.False((bool)(await GetAsync("datasets/job-2"))["available"]!);
        Assert.False((bool)(await GetAsync("datasets/job-3"))["available"]!);

        Task SubmitAsync(string name, string config) =>
            emulator.SubmitAsync(
                name,
                "true",
                change: properties => properties["environmentVariables"] = new JsonObject { ["EXP_CONFIG"] = config },
                prepare: name == "job-1"
            );
    }

    [Fact]
    public async Task Get_ShowsAPipelineAndItsSteps()
    {
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();
        var pipeline = new JsonObject
        {
            ["jobType"] = "Pipeline",
            ["experimentName"] = "potholes",
            ["settings"] = new JsonObject { ["default_compute"] = $"/{TestEmulator.Workspace}/computes/cpu" },
            ["jobs"] = new JsonObject
            {
                ["one"] = new JsonObject
                {
                    ["type"] = "command",
                    ["command"] = "echo one",
                    ["environmentId"] = $"/{TestEmulator.Workspace}/environments/detection/versions/1",
                },
            },
        };
        var body = new JsonObject { ["properties"] = pipeline }.ToJsonString();
        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, TestEmulator.Arm("/jobs/pipe"), body);
        await emulator.WaitForEndAsync("pipe");

        var jobs = (await GetAsync("jobs"))["jobs"]!.AsArray().ToDictionary(job => (string)job!["kind"]!, job => job!);

        Assert.Equal(["command", "pipeline"], jobs.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("pipe", (string?)jobs["command"]["parent"]);
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync("jobs/pipe/resubmit", "pipe"));
        var step = (string)jobs["command"]["name"]!;
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync($"jobs/{step}/resubmit", step));
    }

    [Fact]
    public async Task Events_AskToLoadAgain_WhenAJobWasDeleted()
    {
        await emulator.SubmitAsync("job-1", "true");
        await emulator.WaitForEndAsync("job-1");
        using var response = await reader.GetAsync(
            new Uri("studio/api/events", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead,
            Stop
        );
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync(Stop));
        Assert.Equal(": open", await events.ReadLineAsync(Stop));

        await emulator.SendAsync(HttpMethod.Delete, TestEmulator.Arm("/jobs/job-1"));

        var line = "";
        while (line is not (null or "event: reset"))
            line = await events.ReadLineAsync(Stop);
        Assert.Equal("event: reset", line);
    }

    private async Task<JsonNode> GetAsync(string path) =>
        JsonNode.Parse(await reader.GetStringAsync(new Uri($"studio/api/{path}", UriKind.Relative), Stop))!;

    private async Task<HttpStatusCode> PostAsync(string path, string? confirmation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"studio/api/{path}", UriKind.Relative));
        request.Headers.Add("Origin", emulator.Endpoint.GetLeftPart(UriPartial.Authority));
        if (confirmation is not null)
            request.Headers.Add("X-Studio-Confirm", confirmation);
        using var response = await reader.SendAsync(request, Stop);
        return response.StatusCode;
    }
}
