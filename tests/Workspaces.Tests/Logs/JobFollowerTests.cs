using System.Net;
using System.Text;
using Fixtures;
using Fixtures.Services;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Logs;
using Workspaces.Tests.Doubles;

namespace Workspaces.Tests.Logs;

public class JobFollowerTests
{
    private const string StdLog = "user_logs/std_log.txt";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FollowAsync_ReturnsEveryLineOnceAndInOrder_OverAnUnreliableNetwork()
    {
        var (brokenResponses, rotations) = (0, 0);
        for (var seed = 0; seed < 120; seed++)
        {
            var service = new FakeService();
            var (logs, expected) = CreateLogs(new Random(seed));
            var job = new ScriptedJob(service, seed, faults: 0.25, logs);

            var events = await FollowAsync(service, new FollowSettings { Patience = TimeSpan.FromHours(1), LogAttempts = 100 });

            foreach (var (file, lines) in expected)
                Assert.True(lines.SequenceEqual(LinesOf(events, file), StringComparer.Ordinal), $"seed {seed}: {file} differs");

            var statuses = events.OfType<JobStatusChanged>().Select(change => change.Status).ToArray();
            Assert.Equal(statuses.Distinct(), statuses);
            Assert.Equal(new JobStatusChanged(JobStatus.Completed), events[^1]);
            brokenResponses += job.BrokenResponses;
            rotations += job.Rotations;
        }

        Assert.True(brokenResponses > 1000, $"only {brokenResponses} requests went wrong");
        Assert.True(rotations > 300, $"logs were rotated only {rotations} times");
    }

    [Fact]
    public async Task FollowAsync_ReturnsTheFinalStatusLast_WhenTheLastLineHasNoEnd()
    {
        var service = new FakeService();
        OnDetails(service, "Running", "Completed");
        service.On("GET", $"/logs/{StdLog}", Part("step 1\nlast"));

        var events = await FollowAsync(service);

        Assert.Equal<JobEvent>(
            [
                new JobStatusChanged(JobStatus.Running),
                new JobLogLine(StdLog, "step 1"),
                new JobLogLine(StdLog, "last"),
                new JobStatusChanged(JobStatus.Completed),
            ],
            events
        );
    }

    [Fact]
    public async Task FollowAsync_SkipsSystemLogs_WhenTheyAreListed()
    {
        var service = new FakeService();
        service.On(
            "GET",
            FakeService.RunPath("job"),
            FakeService.Json(
                200,
                """
                {"status":"Completed","logFiles":{"system_logs/lifecycler/lifecycler.log":"https://localhost:1/logs/a?sig=1",
                 "user_logs/std_log_process_1.txt":"https://localhost:1/logs/p1?sig=1",
                  "user_logs/std_log_process_0.txt":"https://localhost:1/logs/p0?sig=1"}}
                """
            )
        );
        service.On("GET", "/logs/a", Part("system\n"));
        service.On("GET", "/logs/p0", Part("rank 0\n"));
        service.On("GET", "/logs/p1", Part("rank 1\n"));

        var events = await FollowAsync(service);

        Assert.Equal(["rank 0", "rank 1"], [.. events.OfType<JobLogLine>().Select(line => line.Text)]);
    }

    [Fact]
    public async Task FollowAsync_RequestsOnlyNewBytes_WhenLinesArrived()
    {
        var service = new FakeService();
        OnDetails(service, "Running", "Completed");
        service.On("GET", $"/logs/{StdLog}", Part("one\ntwo\n"));

        await FollowAsync(service);

        Assert.Equal(
            ["bytes=0-4194303", "bytes=8-4194311", "bytes=8-4194311", "bytes=8-4194311"],
            [
                .. service
                    .Sent.Where(request => request.Uri.AbsolutePath.StartsWith("/logs/", StringComparison.Ordinal))
                    .Select(request => request.Body),
            ]
        );
    }

    [Fact]
    public async Task FollowAsync_RestartsTheLog_WhenItBecomesShorter()
    {
        var service = new FakeService();
        OnDetails(service, "Running", "Running", "Completed");
        var log = "a long first line\n";
        service.On("GET", $"/logs/{StdLog}", request =>
        {
            var answer = Part(log)(request);
            log = "second\n";
            return answer;
        });

        var events = await FollowAsync(service);

        Assert.Equal(["a long first line", "second"], [.. LinesOf(events, StdLog)]);
    }

    [Fact]
    public async Task FollowAsync_FinishesTheOldFileFirst_WhenTheLogIsRotatedBetweenTwoReads()
    {
        var service = new FakeService();
        OnLists(
            service,
            ("Running", [StdLog]),
            ("Running", [StdLog]),
            ("Running", [Old(0), Old(1), StdLog]),
            ("Completed", [Old(0), Old(1), StdLog])
        );
        service.OnEach(
            "GET",
            $"/logs/{StdLog}",
            Part("one\ntw"),
            Part("a new file, longer than what was read of the old one\n"),
            Part("five")
        );
        service.On("GET", $"/logs/{Old(0)}", Part("one\ntwo\nthr"));
        service.On("GET", $"/logs/{Old(1)}", Part("ee\nfour\n"));

        var events = await FollowAsync(service);

        Assert.Equal(["one", "two", "three", "four", "five"], LinesOf(events, StdLog));
        Assert.All(events.OfType<JobLogLine>(), line => Assert.Equal(StdLog, line.File));
    }

    [Fact]
    public async Task FollowAsync_ReadsTheOldestFileFirst_WhenItBeginsLate()
    {
        var service = new FakeService();
        string[] files = [StdLog, .. Enumerable.Range(0, 12).Select(Old)];
        OnLists(service, ("Completed", files));
        service.On("GET", $"/logs/{StdLog}", Part("last"));
        for (var n = 0; n < 12; n++)
            service.On("GET", $"/logs/{Old(n)}", Part($"part {n}\n"));

        var events = await FollowAsync(service);

        Assert.Equal([.. Enumerable.Range(0, 12).Select(n => $"part {n}"), "last"], LinesOf(events, StdLog));
    }

    [Fact]
    public async Task FollowAsync_FollowsAFileSeparately_WhenItIsNoRotation()
    {
        var service = new FakeService();
        OnLists(service, ("Running", [StdLog]), ("Running", [StdLog]), ("Completed", [StdLog, Old(1)]));
        service.OnEach("GET", $"/logs/{StdLog}", Part("rank 0: begin\n"), Part("rank 0: begin\nrank 0: end\n"));
        service.On("GET", $"/logs/{Old(1)}", Part("rank 1: begin\n"));

        var events = await FollowAsync(service);

        Assert.Equal(["rank 0: begin", "rank 0: end"], LinesOf(events, StdLog));
        Assert.Equal(["rank 1: begin"], LinesOf(events, Old(1)));
    }

    [Fact]
    public async Task FollowAsync_LosesNoLine_WhenARotatedFileGrows()
    {
        var service = new FakeService();
        OnLists(service, ("Running", [StdLog, Old(0)]), ("Running", [StdLog, Old(0)]), ("Completed", [StdLog, Old(0)]));
        service.On("GET", $"/logs/{StdLog}", Part("rank 0\n"));
        service.OnEach("GET", $"/logs/{Old(0)}", Part("rank 1: begin\n"), Part("rank 1: begin\n"), Part("rank 1: begin\nrank 1: end\n"));

        var events = await FollowAsync(service);

        Assert.Equal(["rank 1: begin", "rank 0", "rank 1: end"], LinesOf(events, StdLog));
    }

    [Fact]
    public async Task FollowAsync_ReportsTheRequeuedJob_WhenItLosesItsNode()
    {
        var service = new FakeService();
        OnLists(
            service,
            ("Queued", []),
            ("Running", [StdLog]),
            ("Queued", [Old(0)]),
            ("Running", [Old(0), StdLog]),
            ("Completed", [Old(0), StdLog])
        );
        service.OnEach("GET", $"/logs/{StdLog}", Part("step 1\nst"), Part("step 1\nstep 2\n"));
        service.On("GET", $"/logs/{Old(0)}", Part("step 1\nst"));

        var events = await FollowAsync(service);

        Assert.Equal(
            [
                new JobStatusChanged(JobStatus.Queued),
                new JobStatusChanged(JobStatus.Running),
                new JobStatusChanged(JobStatus.Queued) { SentBack = true },
                new JobStatusChanged(JobStatus.Running),
                new JobStatusChanged(JobStatus.Completed),
            ],
            events.OfType<JobStatusChanged>()
        );
        Assert.Equal(["step 1", "st", "step 1", "step 2"], LinesOf(events, StdLog));
    }

    [Fact]
    public async Task FollowAsync_ReturnsTheServicesName_WhenAStatusIsUnknown()
    {
        var service = new FakeService();
        OnDetails(service, "Thawing", "Warming", "Completed");

        var events = await FollowAsync(service);

        Assert.Equal(
            [
                new JobStatusChanged(JobStatus.Unknown, "Thawing"),
                new JobStatusChanged(JobStatus.Unknown, "Warming"),
                new JobStatusChanged(JobStatus.Completed),
            ],
            events.OfType<JobStatusChanged>()
        );
    }

    [Fact]
    public async Task FollowAsync_ReadsInParts_WhenALogIsLong()
    {
        var service = new FakeService();
        OnDetails(service, "Completed");
        var log = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 700_000).Select(line => $"line {line}\n")));
        service.On("GET", $"/logs/{StdLog}", request =>
        {
            var from = int.Parse(request.Body.Split('=', '-')[1], System.Globalization.CultureInfo.InvariantCulture);
            var to = Math.Min(from + LogClient.PartLength, log.Length);
            var response = new HttpResponseMessage(to > from ? HttpStatusCode.PartialContent : HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                Content = new ByteArrayContent(log[from..to]),
            };
            response.Content.Headers.ContentRange = to > from ? new(from, to - 1, log.Length) : new(log.Length);
            return response;
        });

        var events = await FollowAsync(service);

        Assert.Equal(700_000, events.OfType<JobLogLine>().Count());
        Assert.Equal("line 699999", events.OfType<JobLogLine>().Last().Text);
    }

    [Fact]
    public async Task FollowAsync_NamesTheLog_WhenItsRestCannotBeRead()
    {
        var service = new FakeService();
        OnDetails(service, "Failed");
        service.On(
            "GET",
            $"/logs/{StdLog}",
            FakeService.Json(403, """{"error":{"code":"AuthenticationFailed","message":"sig=planted-signature is out of date"}}""")
        );

        var events = await FollowAsync(service, new FollowSettings { LogAttempts = 3 });

        Assert.Equal<JobEvent>(
            [
                new JobLogUnavailable(
                    StdLog,
                    "The signature of the link to localhost has expired; the link must be new. Run the same command again. GET "
                        + $"https://localhost:1/logs/{StdLog}?sig=*** returned 403 Forbidden: AuthenticationFailed: sig=*** is out of date"
                ),
                new JobStatusChanged(JobStatus.Failed),
            ],
            events
        );
    }

    [Fact]
    public async Task FollowAsync_ReadsTheJobItself_WhenRunHistoryDoesNotKnowIt()
    {
        var service = new FakeService();
        service.On(
            "GET",
            $"{FakeService.WorkspaceId}/jobs/job",
            FakeService.Json(
                200,
                $$$"""
                {"id":"{{{FakeService.WorkspaceId}}}/jobs/job","name":"job","type":"Microsoft.MachineLearningServices/workspaces/jobs",
                 "properties":{"jobType":"Command","command":"true","environmentId":"/e","status":"NotStarted"}}
                """
            )
        );
        service.OnEach("GET", FakeService.RunPath("job"), FakeService.Json(404, "{}"), FakeService.Json(200, """{"status":"Canceled"}"""));

        var events = await FollowAsync(service);

        Assert.Equal<JobEvent>([new JobStatusChanged(JobStatus.NotStarted), new JobStatusChanged(JobStatus.Canceled)], events);
    }

    [Fact]
    public async Task FollowAsync_Fails_WhenThereIsNoSuchJob()
    {
        var error = await Assert.ThrowsAsync<WorkspaceException>(() => FollowAsync(new FakeService()));

        Assert.Equal(404, error.Status);
        Assert.Equal(
            $"GET https://localhost:1{FakeService.WorkspaceId}/jobs/job?api-version=2024-10-01 returned 404 Not Found: "
                + $"ResourceNotFound: Nothing at {FakeService.WorkspaceId}/jobs/job.",
            error.Message
        );
    }

    [Fact]
    public async Task FollowAsync_Fails_WhenTheServiceDoesNotRespondForLong()
    {
        var service = new FakeService();
        service.On("GET", FakeService.RunPath("job"), _ => throw new HttpRequestException("no route to host"));
        var time = new SkippingTime();

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            FollowAsync(service, new FollowSettings { Patience = TimeSpan.FromSeconds(30) }, time)
        );

        Assert.Equal(
            "Following job 'job' ended after 30 s without a response; the job itself keeps running. GET "
                + $"https://localhost:1{FakeService.RunPath("job")} got no response in 6 tries: no route to host",
            error.Message
        );
        Assert.InRange(time.Elapsed, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task FollowAsync_ReadsLessOften_WhenNothingHappens()
    {
        var service = new FakeService();
        OnDetails(service, [.. Enumerable.Repeat("Queued", 12), "Running", "Completed"]);
        var time = new SkippingTime();

        await FollowAsync(service, time: time);

        Assert.Equal(TimeSpan.FromSeconds(0.5), time.Waits[0]);
        Assert.Equal(TimeSpan.FromSeconds(5), time.Waits[11]);
        Assert.Equal(TimeSpan.FromSeconds(0.5), time.Waits[12]);
    }

    [Fact]
    public async Task FollowAsync_Stops_WhenItIsCancelled()
    {
        var service = new FakeService();
        OnDetails(service, "Running");
        using var stop = new CancellationTokenSource();
        var workspace = await service.ConnectAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in new JobFollower(workspace, timeProvider: new SkippingTime()).FollowAsync("job", stop.Token))
                await stop.CancelAsync();
        });
    }

    [Fact]
    public async Task FollowAsync_EndsAtOnce_WhenTheEmulatorsProcessHasEnded()
    {
        var service = new FakeService();
        service.OnEach("GET", FakeService.RunPath("job"), FakeService.Json(200, """{"status":"Running","logFiles":{}}"""), _ =>
            throw new HttpRequestException("connection refused")
        );
        var time = new SkippingTime();
        var requests = 0;
        var connection = service.Connection() with
        {
            // It ends a moment after the first request that failed.
            FindEnd = () => requests++ < 3 ? null : "the workspace emulator (process 7) has ended",
        };

        var error = await Assert.ThrowsAsync<WorkspaceException>(async () =>
        {
            await foreach (var _ in new JobFollower(WorkspaceClient.Open(connection), timeProvider: time).FollowAsync("job", Stop)) { }
        });

        Assert.Equal(
            "Following job 'job' ended, because the workspace emulator (process 7) has ended, and its jobs with it. Start it and submit "
                + "the job again: the same command does both, and training resumes from the last checkpoint.",
            error.Message
        );
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(10), $"after {time.Elapsed}");
    }

    private static void OnDetails(FakeService service, params string[] statuses) =>
        service.OnEach(
            "GET",
            FakeService.RunPath("job"),
            [
                .. statuses.Select(status =>
                    FakeService.Json(
                        200,
                        $$$"""
                        {"status":"{{{status}}}",
                         "logFiles":{"{{{StdLog}}}":"https://localhost:1/logs/{{{StdLog}}}?sig=planted-signature"}}
                        """
                    )
                ),
            ]
        );

    private static string Old(int number) => $"user_logs/std_log_{number}.txt";

    /// <summary>Sets run history's responses in turn: a status and the existing files.</summary>
    private static void OnLists(FakeService service, params (string Status, string[] Files)[] turns) =>
        service.OnEach(
            "GET",
            FakeService.RunPath("job"),
            [
                .. turns.Select(turn =>
                    FakeService.Json(
                        200,
                        System.Text.Json.JsonSerializer.Serialize(
                            new
                            {
                                status = turn.Status,
                                logFiles = turn.Files.ToDictionary(
                                    file => file,
                                    file => $"https://localhost:1/logs/{file}?sig=planted-signature"
                                ),
                            }
                        )
                    )
                ),
            ]
        );

    /// <summary>Responds with the requested part of a log, as blob storage does.</summary>
    private static Func<SentRequest, HttpResponseMessage> Part(string log) =>
        request =>
        {
            var bytes = Encoding.UTF8.GetBytes(log);
            var from = int.Parse(request.Body.Split('=', '-')[1], System.Globalization.CultureInfo.InvariantCulture);
            var rest = from < bytes.Length;
            var response = new HttpResponseMessage(rest ? HttpStatusCode.PartialContent : HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                Content = new ByteArrayContent(rest ? bytes[from..] : []),
            };
            response.Content.Headers.ContentRange = rest ? new(from, bytes.Length - 1, bytes.Length) : new(bytes.Length);
            return response;
        };

    private static async Task<IReadOnlyList<JobEvent>> FollowAsync(
        FakeService service,
        FollowSettings? settings = null,
        SkippingTime? time = null
    )
    {
        var follower = new JobFollower(await service.ConnectAsync(), settings, time ?? new SkippingTime());
        return await follower.FollowAsync("job", Stop).ToListAsync(Stop);
    }

    private static IEnumerable<string> LinesOf(IEnumerable<JobEvent> events, string file) =>
        events.OfType<JobLogLine>().Where(line => line.File == file).Select(line => line.Text);

    private static (Dictionary<string, byte[]> Logs, Dictionary<string, string[]> Lines) CreateLogs(Random random)
    {
        string[] words = ["step", "loss 0.4321", "straße", "路面", "🚧", "", "\t"];
        var logs = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var lines = new Dictionary<string, string[]>(StringComparer.Ordinal);
        string[] names = random.Next(2) == 0 ? [StdLog] : ["user_logs/std_log_process_0.txt", "user_logs/std_log_process_1.txt"];
        foreach (var name in names)
        {
            // One log in three repeats one line, so that its parts cannot be told apart by their content.
            var isDull = random.Next(3) == 0;
            lines[name] =
            [
                .. Enumerable
                    .Range(0, random.Next(60))
                    .Select(line => isDull ? "step" : string.Join(' ', random.GetItems(words, random.Next(4))) + line),
            ];
            var end = random.Next(2) == 0 ? "\n" : "\r\n";
            logs[name] = Encoding.UTF8.GetBytes(string.Join(end, lines[name]) + (random.Next(2) == 0 && lines[name].Length > 0 ? end : ""));
        }

        return (logs, lines);
    }
}
