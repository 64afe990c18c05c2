using System.Net;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Tests.Faults;

public class RequestFaultTests
{
    private const string Datastore =
        """{"properties":{"datastoreType":"AzureBlob","accountName":"acct","containerName":"c","credentials":"""
        + """{"credentialsType":"None"}}}""";

    [Fact]
    public async Task Strike_ReturnsTheStatus_AsOftenAsTheRuleSays()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await PutAsync(
            emulator,
            """
            {"method":"GET","path":"**/datastores/*","skip":1,"count":2,"status":503,"headers":{"Retry-After":"0"},
             "body":{"error":{"code":"ServerBusy","message":"later"}}},
            {"method":"GET","path":"**/datastores/*","count":1,"status":502,"body":"<html>bad gateway</html>"}
            """
        );
        var path = TestEmulator.Arm("/datastores/workspaceblobstore");

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 5; i++)
            answers.Add((await emulator.SendAsync(HttpMethod.Get, path)).Status);

        // The first rule lets the first request pass, so the second rule decides.
        Assert.Equal(
            [
                HttpStatusCode.BadGateway,
                HttpStatusCode.ServiceUnavailable,
                HttpStatusCode.ServiceUnavailable,
                HttpStatusCode.OK,
                HttpStatusCode.OK,
            ],
            answers
        );
        Assert.Equal([2, 1], await StruckAsync(emulator));
    }

    [Fact]
    public async Task WriteAsync_SendsHeadersAndBody()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await PutAsync(
            emulator,
            """
            {"path":"**/jobs","status":429,"headers":{"Retry-After":"7"},"body":{"error":{"code":"TooMany"}}},
            {"path":"**/computes","status":502,"headers":{"Content-Type":"text/html"},"body":"<html></html>"},
            {"path":"**/environments","status":500}
            """
        );

        var (status, body, response) = await emulator.SendAsync(HttpMethod.Get, TestEmulator.Arm("/jobs"));
        var (_, html, page) = await emulator.SendAsync(HttpMethod.Get, TestEmulator.Arm("/computes"));
        var (bare, nothing, _) = await emulator.SendAsync(HttpMethod.Get, TestEmulator.Arm("/environments"));

        Assert.Equal(
            (429, "7", """{"error":{"code":"TooMany"}}"""),
            ((int)status, response.Headers.RetryAfter!.ToString(), body!.ToJsonString())
        );
        Assert.Equal(("text/html", "<html></html>"), (page.Content.Headers.ContentType!.MediaType, (string?)html));
        Assert.Equal((HttpStatusCode.InternalServerError, ""), (bare, (string?)nothing));
    }

    [Fact]
    public async Task InvokeAsync_CutsTheConnection_BeforeOrAfterTheWork()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await PutAsync(
            emulator,
            """{"method":"PUT","path":"**/datastores/a","cut":"before"},{"method":"PUT","path":"**/datastores/b","cut":"after"}"""
        );

        await Assert.ThrowsAsync<HttpRequestException>(() =>
            emulator.SendAsync(HttpMethod.Put, TestEmulator.Arm("/datastores/a"), Datastore)
        );
        await Assert.ThrowsAsync<HttpRequestException>(() =>
            emulator.SendAsync(HttpMethod.Put, TestEmulator.Arm("/datastores/b"), Datastore)
        );

        await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, TestEmulator.Arm("/datastores/a"));
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, TestEmulator.Arm("/datastores/b"));
        Assert.Equal([1, 1], await StruckAsync(emulator));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task InvokeAsync_SendsTheStart_WhenCutAtBytes(int bytes)
    {
        await using var emulator = await TestEmulator.StartAsync();
        var path = TestEmulator.Arm("/datastores");
        var whole = await emulator.Client.GetByteArrayAsync(path, TestContext.Current.CancellationToken);
        await PutAsync(emulator, $$"""{"path":"**/datastores","cut":{{bytes}}}""");

        var received = await ReceiveAsync(emulator, path);

        Assert.Equal(whole[..bytes], received);
    }

    [Fact]
    public async Task InvokeAsync_SendsAShorterResponseWhole_WhenCutAtBytes()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("writes", "seq 100000");
        await emulator.WaitForEndAsync("writes");
        var address = await LogAddressAsync(emulator, "writes");
        await PutAsync(emulator, """{"path":"**/std_log.txt","count":1,"cut":70000},{"path":"**/std_log.txt","cut":1000000}""");

        var cut = await ReceiveAsync(emulator, address);
        var whole = await emulator.Client.GetByteArrayAsync(address, TestContext.Current.CancellationToken);

        Assert.Equal(emulator.Log("writes")[..70000], System.Text.Encoding.UTF8.GetString(cut));
        Assert.Equal(emulator.Log("writes"), System.Text.Encoding.UTF8.GetString(whole));
    }

    [Fact]
    public async Task Strike_AddsDelays_AndLetsOtherRulesDecide()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await PutAsync(emulator, """{"path":"**","delayMilliseconds":1},{"path":"**/jobs","count":1,"delayMilliseconds":1,"status":500}""");

        await emulator.ExpectAsync(HttpStatusCode.InternalServerError, HttpMethod.Get, TestEmulator.Arm("/jobs"));
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, TestEmulator.Arm("/jobs"));

        Assert.Equal([2, 1], await StruckAsync(emulator));
    }

    [Fact]
    public async Task InvokeAsync_RefusesLikeAzure_WhenTheTokenIsExpired()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("writes", "echo hi");
        await emulator.WaitForEndAsync("writes");
        var address = await LogAddressAsync(emulator, "writes");
        await PutAsync(emulator, """{"path":"**","count":2,"token":"expired"}""");

        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, "discovery", token: "");
        var (status, body, response) = await emulator.SendAsync(HttpMethod.Get, TestEmulator.Arm("/jobs"));
        var (signed, xml, refused) = await emulator.SendAsync(HttpMethod.Get, address, token: "");

        Assert.Equal((HttpStatusCode.Unauthorized, "ExpiredAuthenticationToken"), (status, (string?)body!["error"]!["code"]));
        Assert.StartsWith(
            "Bearer authorization_uri=\"https://login.microsoftonline.com/",
            response.Headers.WwwAuthenticate.ToString(),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "error=\"invalid_token\", error_description=\"The access token expiry UTC time '",
            response.Headers.WwwAuthenticate.ToString(),
            StringComparison.Ordinal
        );
        Assert.Equal((HttpStatusCode.Forbidden, "AuthenticationFailed"), (signed, refused.Headers.GetValues("x-ms-error-code").Single()));
        Assert.StartsWith(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>AuthenticationFailed</Code>",
            (string?)xml,
            StringComparison.Ordinal
        );
        Assert.Equal("hi\n", (string?)(await emulator.SendAsync(HttpMethod.Get, address, token: "")).Body);
    }

    [Fact]
    public async Task PutCompute_FailsProvisioning_AndCanBeRetried()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await PutAsync(
            emulator,
            """{"path":"**/computes/*","count":1,"provisioning":{"code":"AllocationFailed","message":"No node to be had."}}"""
        );
        await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, TestEmulator.Arm("/computes/gpu")); // The rule does not match.
        const string body =
            """{"location":"westeurope","properties":{"computeType":"AmlCompute","properties":"""
            + """{"vmSize":"Standard_NC4as_T4_v3","scaleSettings":{"minNodeCount":0,"maxNodeCount":1}}}}""";

        var (status, created, response) = await emulator.SendAsync(HttpMethod.Put, TestEmulator.Arm("/computes/gpu"), body);

        Assert.Equal((HttpStatusCode.Created, "Creating"), (status, (string?)created!["properties"]!["provisioningState"]));
        Assert.Null(created["properties"]!["provisioningErrors"]);
        var poll = response.Headers.GetValues("Azure-AsyncOperation").Single();
        await TestEmulator.EventuallyAsync(
            async () => (string?)(await emulator.GetAsync(poll))["status"] == "Failed",
            () => Task.FromResult("the operation has not failed")
        );
        Assert.Equal(
            """{"code":"AllocationFailed","message":"No node to be had."}""",
            (await emulator.GetAsync(poll))["error"]!.ToJsonString()
        );
        var failed = (await emulator.GetAsync(TestEmulator.Arm("/computes/gpu")))["properties"]!;
        Assert.Equal("Failed", (string?)failed["provisioningState"]);
        Assert.Equal(
            """[{"error":{"code":"AllocationFailed","message":"No node to be had."}}]""",
            failed["provisioningErrors"]!.ToJsonString()
        );

        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, TestEmulator.Arm("/computes/gpu"), body);
        await TestEmulator.EventuallyAsync(
            async () =>
                (string?)(await emulator.GetAsync(TestEmulator.Arm("/computes/gpu")))["properties"]!["provisioningState"] == "Succeeded",
            () => Task.FromResult("the compute has not succeeded")
        );
        Assert.Null((await emulator.GetAsync(TestEmulator.Arm("/computes/gpu")))["properties"]!["provisioningErrors"]);
    }

    [Fact]
    public async Task PutCompute_FailsAtOnce_WhenTheComputeIsChanged()
    {
        var folder = TestEmulator.NewFolder();
        await using (var emulator = await TestEmulator.StartAsync(folder: folder))
        {
            await emulator.CreateComputeAsync();
            await PutAsync(
                emulator,
                """{"path":"**/computes/*","count":1,"provisioning":{"code":"AllocationFailed","message":"No node to be had."}}"""
            );
            const string body =
                """{"location":"westeurope","properties":{"computeType":"AmlCompute","properties":"""
                + """{"vmSize":"Standard_DS3_v2","scaleSettings":{"minNodeCount":0,"maxNodeCount":3}}}}""";

            var changed = await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, TestEmulator.Arm("/computes/cpu"), body);

            Assert.Equal(
                ("Failed", "AllocationFailed"),
                (
                    (string?)changed["properties"]!["provisioningState"],
                    (string?)changed["properties"]!["provisioningErrors"]![0]!["error"]!["code"]
                )
            );
        }

        await using (var emulator = await TestEmulator.StartAsync(folder: folder))
        {
            Assert.Equal(
                "Failed",
                (string?)(await emulator.GetAsync(TestEmulator.Arm("/computes/cpu")))["properties"]!["provisioningState"]
            );
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Strike_IsExact_WhenRequestsAreConcurrent()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await PutAsync(emulator, """{"path":"**/jobs","skip":5,"count":7,"status":503}""");

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(async _ => (await emulator.SendAsync(HttpMethod.Get, TestEmulator.Arm("/jobs"))).Status)
        );

        Assert.Equal(
            (7, 33),
            (answers.Count(status => status == HttpStatusCode.ServiceUnavailable), answers.Count(status => status == HttpStatusCode.OK))
        );
    }

    [Fact]
    public async Task Replace_EndsTheScript_WhateverItStrikes()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await PutAsync(emulator, """{"path":"**","status":500}""");
        await emulator.ExpectAsync(HttpStatusCode.InternalServerError, HttpMethod.Get, TestEmulator.Arm("/jobs"));
        var studio = await File.ReadAllTextAsync(Path.Combine(emulator.Folder, "studio-token"), TestContext.Current.CancellationToken);
        await emulator.SendAsync(HttpMethod.Get, $"studio?token={studio}", token: "");
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, "studio/api/store", token: "");
        Assert.Equal(1, (int)(await emulator.GetAsync("emulator/status"))["faultRules"]!);
        Assert.Equal("""{"rules":[{"path":"**","status":500,"struck":1}]}""", (await emulator.GetAsync("emulator/faults")).ToJsonString());

        var refused = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            "emulator/faults",
            """{"rules":[{"path":"x"},7]}"""
        );

        Assert.Equal("InvalidFaultScript", (string?)refused["error"]!["code"]);
        Assert.Equal(
            "The fault script cannot be used:\n"
                + "  script:1:11: rules[0] does nothing; it must have one of status, cut, provisioning, token, delayMilliseconds or, "
                + "beside job, preempt or log.\n"
                + "  script:1:19: rules[0].path is \"x\"; it must be a path without its query that begins with / or *, such as "
                + "\"**/jobs/*\".\n"
                + "  script:1:24: rules[1] is 7; it must be an object.",
            (string?)refused["error"]!["message"]
        );
        await emulator.ExpectAsync(HttpStatusCode.InternalServerError, HttpMethod.Get, TestEmulator.Arm("/jobs"));
        await PutAsync(emulator, "");
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, TestEmulator.Arm("/jobs"));
    }

    [Fact]
    public async Task Write_RecordsTheResponse_AlsoWhenItWasCut()
    {
        var file = Path.GetTempFileName();
        await using var emulator = await TestEmulator.StartAsync(options => options with { RecordFile = file });
        await PutAsync(
            emulator,
            """{"path":"**/jobs","status":503},{"path":"**/datastores/a","cut":"before"},{"path":"**/datastores/b","cut":"after"}"""
        );

        await emulator.SendAsync(HttpMethod.Get, TestEmulator.Arm("/jobs"));
        await Assert.ThrowsAsync<HttpRequestException>(() =>
            emulator.SendAsync(HttpMethod.Put, TestEmulator.Arm("/datastores/a"), Datastore)
        );
        await Assert.ThrowsAsync<HttpRequestException>(() =>
            emulator.SendAsync(HttpMethod.Put, TestEmulator.Arm("/datastores/b"), Datastore)
        );
        await emulator.StopAsync();

        var lines = (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken))
            .Select(line => JsonNode.Parse(line)!)
            .ToList();
        Assert.Equal([503, 201], lines.Select(line => (int)line["status"]!));
        Assert.Equal("b", (string?)lines[1]["responseBody"]!["name"]);
        File.Delete(file);
    }

    internal static Task PutAsync(TestEmulator emulator, string rules) =>
        emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, "emulator/faults", $$"""{"rules":[{{rules}}]}""");

    internal static async Task<IEnumerable<int>> StruckAsync(TestEmulator emulator) =>
        (await emulator.GetAsync("emulator/faults"))["rules"]!.AsArray().Select(rule => (int)rule!["struck"]!);

    internal static async Task<string> LogAddressAsync(TestEmulator emulator, string job) =>
        (string)(await emulator.GetAsync(TestEmulator.History($"/runs/{job}/details")))["logFiles"]!["user_logs/std_log.txt"]!;

    private static async Task<byte[]> ReceiveAsync(TestEmulator emulator, string path)
    {
        using var response = await emulator.Client.GetAsync(
            path,
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var received = new MemoryStream();
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(received, TestContext.Current.CancellationToken));
        return received.ToArray();
    }
}
