using System.Net;
using System.Text.Json.Nodes;
using Studio.Folder;

namespace Studio.Tests;

[Collection(nameof(MemoryOfTheProcess))]
public sealed class StudioServerTests : IAsyncLifetime
{
    private static readonly byte[] Png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 1, 2, 3];
    private readonly TemporaryFolder artifacts = new();
    private readonly HttpClient client = new(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false });
    private OrderStore orders = null!;
    private FolderHost host = null!;
    private string cookie = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
    private Uri Root => new(host.Address, "/studio/");
    private string Origin => host.Address.GetLeftPart(UriPartial.Authority);

    public async ValueTask InitializeAsync()
    {
        artifacts.Write(
            "demo/outputs/metrics.jsonl",
            "{\"step\": 1, \"time\": 5, \"train_loss\": 2}\n{\"step\": 2, \"time\": 6, \"train_loss\": NaN}\n"
        );
        artifacts.Write("demo/outputs/page.html", "<script>alert(1)</script>");
        artifacts.Write("demo/outputs/plot.png", Png);
        artifacts.Write("demo/user_logs/std_log.txt", "[1/2] read\n<b>markup</b>\n");
        orders = new(new(artifacts.Path, null));
        host = await FolderHost.StartAsync(orders, TimeProvider.System);
        using var response = await client.GetAsync(host.Address, Stop);
        cookie = response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await host.DisposeAsync();
        artifacts.Dispose();
    }

    [Fact]
    public async Task Job_HasTheTimesOfItsStages_WhenTheTrainerTaggedThem()
    {
        artifacts.Write(
            "demo/outcome.json",
            """
            {"status": "Failed", "started": "2026-01-02T03:00:00Z", "ended": "2026-01-02T03:10:00Z", "tags": {"stages":
              "{\"read\": \"2026-01-02T03:00:10.5Z\", \"odd\": 3, \"train\": \"2026-01-02T03:00:12Z\", \"<b>\": \"2026-01-02T03:00:11Z\"}"}}
            """
        );

        var stages = (JsonArray)(await GetAsync("api/jobs/demo"))["stages"]!;

        Assert.Equal(
            [
                ("read", "2026-01-02T03:00:10.500Z", 1.5),
                ("train", "2026-01-02T03:00:12.000Z", null),
                ("<b>", "2026-01-02T03:00:11.000Z", 589),
            ],
            stages.Select(stage => ((string?)stage!["name"], (string?)stage["started"], (double?)stage["seconds"]))
        );
    }

    [Fact]
    public async Task Job_HasTheStagesOfEachAttempt_WhenItWasInterrupted()
    {
        artifacts.Write(
            "demo/outcome.json",
            """
            {"status": "Completed", "started": "2026-01-02T03:00:00Z", "ended": "2026-01-02T03:10:00Z", "tags": {
              "stages_20260102T030500000":
                "{\"read\": \"2026-01-02T03:05:00Z\", \"train\": \"2026-01-02T03:05:02Z\", \"end\": \"2026-01-02T03:09:00Z\"}",
              "stages_x": "{\"no\": \"2026-01-02T03:00:00Z\"}",
              "stages_20260102T030000500": "{\"read\": \"2026-01-02T03:00:00.5Z\", \"train\": \"2026-01-02T03:00:02Z\"}"}}
            """
        );

        var stages = (JsonArray)(await GetAsync("api/jobs/demo"))["stages"]!;

        Assert.Equal(
            [(1, "read", 1.5), (1, "train", null), (2, "read", 2), (2, "train", 238)],
            stages.Select(stage => ((int)stage!["attempt"]!, (string?)stage["name"], (double?)stage["seconds"]))
        );
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"a": "1", "a": "2"}""")]
    public async Task Job_HasTheStagesOfTheLog_WhenTheTagIsDamaged(string tag)
    {
        artifacts.Write("demo/outcome.json", new JsonObject { ["tags"] = new JsonObject { ["stages"] = tag } }.ToJsonString());

        var stage = Assert.Single((JsonArray)(await GetAsync("api/jobs/demo"))["stages"]!);

        Assert.Equal(("read", null, null), ((string?)stage!["name"], (string?)stage["started"], (double?)stage["seconds"]));
    }

    [Fact]
    public async Task Log_IsReadWithinItsMemory_WhenItIsOneLineOf300Mebibytes()
    {
        const long Huge = 300L * 1024 * 1024;
        const long Place = Huge - 1_000_000;
        using (var log = File.Create(Path.Combine(artifacts.Path, "demo", "user_logs", "std_log.txt")))
        {
            log.SetLength(Huge); // A hole reads as zeros.
            log.Position = Place;
            log.Write("RuntimeError: the end"u8);
        }

        await GetAsync("api/jobs/demo"); // Buffers that stay are allocated.
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var job = await GetAsync("api/jobs/demo");
        var error = await GetAsync("api/jobs/demo/log/error");
        var found = await GetAsync("api/jobs/demo/log/search?text=runtimeerror");
        using var window = await SendAsync(HttpMethod.Get, $"api/jobs/demo/log?offset={Place}&length=12", _ => { });

        Assert.Equal(Huge, (long)job["logBytes"]!);
        Assert.Equal(Place + 7, (long)error["offset"]!);
        Assert.Equal(Place, (long)found["matches"]![0]!["offset"]!);
        Assert.Equal("RuntimeError", await window.Content.ReadAsStringAsync(Stop));
        Assert.Equal(Huge.ToString(System.Globalization.CultureInfo.InvariantCulture), window.Headers.GetValues("X-Log-Bytes").Single());
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, Huge / 4);
    }

    [Fact]
    public async Task Open_SetsACookieForTheStudioAlone_WhenTheTokenIsRight()
    {
        using var response = await client.GetAsync(host.Address, Stop);

        Assert.Equal((HttpStatusCode.Redirect, "/studio/"), (response.StatusCode, response.Headers.Location!.OriginalString));
        var set = response.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("path=/studio; samesite=strict; httponly", set, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Address.Query["?token=".Length..], set, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?token=")]
    [InlineData("?token=wrong")]
    [InlineData("api/jobs")]
    [InlineData("api/jobs/demo/log")]
    [InlineData("app.js")]
    public async Task Get_IsRefused_WhenThereIsNoCookie(string path)
    {
        using var response = await client.GetAsync(new Uri(Root, path), Stop);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("--target=Studio", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Get_IsRefused_WhenTheCookieIsWrong()
    {
        using var response = await SendAsync(HttpMethod.Get, "api/jobs", request => Cookie(request, cookie[..^1] + "!"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost:1")]
    [InlineData("127.0.0.1.evil.example")]
    public async Task Get_IsRefused_WhenTheHostIsAnother(string name)
    {
        using var response = await SendAsync(HttpMethod.Get, "api/jobs", request => request.Headers.Host = name);
        using var exchange = new HttpRequestMessage(HttpMethod.Get, host.Address);
        exchange.Headers.Host = name;
        using var exchanged = await client.SendAsync(exchange, Stop);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.False(exchanged.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    [InlineData("https://evil.example")]
    [InlineData("http://127.0.0.1:1")]
    public async Task Post_IsRefused_WhenTheOriginIsAnother(string? origin)
    {
        using var response = await SendAsync(HttpMethod.Post, "api/jobs/demo/cancel", request => Order(request, origin, "demo"));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(orders.Orders);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("other")]
    public async Task Post_NeedsAConfirmation_WhenTheHeaderDoesNotNameTheJob(string? confirmation)
    {
        using var response = await SendAsync(HttpMethod.Post, "api/jobs/demo/cancel", request => Order(request, Origin, confirmation));

        Assert.Equal(428, (int)response.StatusCode);
        Assert.Empty(orders.Orders);
    }

    [Fact]
    public async Task Post_CarriesTheOrderOut_WhenTheHeaderNamesTheJob()
    {
        using var canceled = await SendAsync(HttpMethod.Post, "api/jobs/demo/cancel", request => Order(request, Origin, "demo"));
        using var submitted = await SendAsync(HttpMethod.Post, "api/jobs/demo/resubmit", request => Order(request, Origin, "demo"));

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (canceled.StatusCode, submitted.StatusCode));
        Assert.Equal(["cancel demo", "resubmit demo"], orders.Orders);
        Assert.Equal("""{"job":"demo-2"}""", await submitted.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task Get_SendsTheStrictPolicy_WithThePage()
    {
        using var response = await SendAsync(HttpMethod.Get, "");

        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Get_NeverShowsAnArtifactAsAPage_WhenItIsOne()
    {
        using var page = await SendAsync(HttpMethod.Get, "api/jobs/demo/artifacts/outputs/page.html");
        using var picture = await SendAsync(HttpMethod.Get, "api/jobs/demo/artifacts/outputs/plot.png");

        Assert.Equal("attachment", page.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("application/octet-stream", page.Content.Headers.ContentType!.MediaType);
        Assert.Equal("sandbox; default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Null(picture.Content.Headers.ContentDisposition);
        Assert.Equal("image/png", picture.Content.Headers.ContentType!.MediaType);
        Assert.Equal(Png, await picture.Content.ReadAsByteArrayAsync(Stop));
    }

    [Theory]
    [InlineData("api/jobs/demo/artifacts/..%2f..%2fother")]
    [InlineData("api/jobs/demo/artifacts/%2e%2e/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("api/jobs/demo/artifacts//etc/passwd")]
    [InlineData("api/jobs/..%2fdemo")]
    [InlineData("api/jobs/none")]
    [InlineData("..%2fStudio.csproj")]
    [InlineData("vendor/../../Studio.csproj")]
    public async Task Get_FindsNothing_WhenThePathLeadsElsewhere(string path)
    {
        using var response = await SendAsync(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Get_SendsTheLogAsItIs_WhenItHoldsMarkup()
    {
        using var response = await SendAsync(HttpMethod.Get, "api/jobs/demo/log?offset=-14&length=100");

        Assert.Equal("b>markup</b>\n", (await response.Content.ReadAsStringAsync(Stop))[1..]);
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(["11", "25"], new[] { "X-Log-Offset", "X-Log-Bytes" }.Select(name => response.Headers.GetValues(name).Single()));
    }

    [Fact]
    public async Task Get_DescribesTheJob_WhenItIsFetched()
    {
        var job = await GetAsync("api/jobs/demo");
        var metrics = await GetAsync("api/jobs/demo/metrics?names=train_loss&names=none,");

        Assert.Equal("demo", (string?)job["name"]);
        Assert.Equal("read", (string?)job["stages"]![0]!["name"]);
        Assert.Equal(
            """[{"name":"train_loss","total":2,"steps":[1,2],"values":[2,"NaN"]"""
                + ""","times":["1970-01-01T00:00:05.000Z","1970-01-01T00:00:06.000Z"]}]""",
            metrics["series"]!.ToJsonString()
        );
    }

    [Theory]
    [InlineData("outcome.json", """{"status": "\ud800", "tags": {"\ud800": "x", "stages": "{\"\\ud800\": 1}"}}""")]
    [InlineData("outcome.json", """{"status": "Completed", "tags": {"stages": "{\"a\": \"\\ud800\", \"\\udfff\": 1}"}}""")]
    [InlineData("plan.json", """{"job": {"config": {"IMAGE_TYPE": "\ud800", "\udfff": 1}, "inputs": {"\ud800": "x"}}}""")]
    [InlineData("outputs/final_model/exp_config.json", """{"IMAGE_TYPE": "\ud800"}""")]
    [InlineData("outputs/final_model/passport.json", """{"\ud800": {"commit": "\udfff"}}""")]
    [InlineData("outputs/final_model/metrics.json", """{"\ud800": 1}""")]
    [InlineData("outputs/ground_truth.json", """{"images": [{"file_name": "\ud800", "width": 1, "height": 1}]}""")]
    [InlineData("outputs/ground_truth.json", """{"images": [{"file_name": "a.png", "width": 1e999, "height": -1e999}]}""")]
    [InlineData("outputs/evaluation.json", """{"classes": ["\ud800"]}""")]
    [InlineData("../data.json", """{"imageType": "\ud800", "hash": "\udfff"}""")]
    public async Task Get_ShowsTheJobs_WhenAJobWroteTextThatIsNone(string path, string text)
    {
        artifacts.Write($"demo/{path}", text);

        foreach (var part in new[] { "jobs", "jobs/demo", "jobs/demo/images", "compare?jobs=demo", "datasets/demo" })
        {
            using var response = await SendAsync(HttpMethod.Get, $"api/{part}");

            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{part}: {response.StatusCode}");
            Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync(Stop)));
        }
    }

    [Fact]
    public async Task Events_TellOfTheLog_WhenItGrows()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Root, "api/events"));
        Cookie(request, cookie);
        request.Headers.Add("Last-Event-ID", "7");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Stop));
        Assert.Equal("id: 1", await reader.ReadLineAsync(Stop));
        Assert.Equal("event: reset", await reader.ReadLineAsync(Stop));

        artifacts.Write("new/user_logs/std_log.txt", "line\n");

        var lines = new List<string?>();
        while (!lines.Exists(line => line?.StartsWith("data: {\"job\":\"new\"", StringComparison.Ordinal) == true))
            lines.Add(await reader.ReadLineAsync(Stop));
        Assert.Contains("event: job", lines);
        Assert.Contains("event: log", lines);
        Assert.Equal("""data: {"job":"new","bytes":5}""", lines[^1]);
    }

    private static void Cookie(HttpRequestMessage request, string value)
    {
        request.Headers.Remove("Cookie");
        request.Headers.Add("Cookie", value);
    }

    private static void Order(HttpRequestMessage request, string? origin, string? confirmation)
    {
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        if (confirmation is not null)
            request.Headers.Add("X-Studio-Confirm", confirmation);
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        using var response = await SendAsync(HttpMethod.Get, path);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Stop))!;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Root, path));
        Cookie(request, cookie);
        change?.Invoke(request);
        return await client.SendAsync(request, Stop);
    }
}
