using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Fixtures;
using static WorkspaceEmulator.Tests.TestEmulator;

namespace WorkspaceEmulator.Tests.Schedules;

public class ScheduleTests
{
    private static string Schedule(string trigger, Action<JsonObject>? change = null)
    {
        var properties = new JsonObject
        {
            ["trigger"] = JsonNode.Parse(trigger),
            ["action"] = new JsonObject { ["actionType"] = "CreateJob", ["jobDefinition"] = Job("echo fired")["properties"]!.DeepClone() },
        };
        change?.Invoke(properties);
        return new JsonObject { ["properties"] = properties }.ToJsonString();
    }

    private static string Daily(DateTimeOffset at) =>
        $$"""{"triggerType":"Cron","expression":"{{at.Minute}} {{at.Hour}} * * *","timeZone":"UTC"}""";

    private static string NameAt(DateTimeOffset moment) =>
        $"nightly-{moment.UtcDateTime.ToString("yyyyMMdd'T'HHmm'00Z'", CultureInfo.InvariantCulture)}";

    private static async Task<TestEmulator> StartAsync(JumpingTime time, string? folder = null, bool isFirst = true)
    {
        var emulator = await TestEmulator.StartAsync(folder: folder, time: time);
        if (isFirst)
        {
            await emulator.CreateComputeAsync();
            await emulator.CreateEnvironmentAsync();
        }

        return emulator;
    }

    private static async Task<string[]> JobsAsync(TestEmulator emulator) =>
        [.. (await emulator.GetAsync(Arm("/jobs")))["value"]!.AsArray().Select(job => (string)job!["name"]!).Order(StringComparer.Ordinal)];

    private static Task WaitForJobAsync(TestEmulator emulator, string name) =>
        EventuallyAsync(
            async () => (await JobsAsync(emulator)).Contains(name, StringComparer.Ordinal),
            async () => $"{name} is not among {string.Join(", ", await JobsAsync(emulator))}"
        );

    [Fact]
    public async Task Fires_WithoutWaiting_AndOncePerTime_AlsoAfterARestart()
    {
        var time = new JumpingTime();
        var due = time.GetUtcNow().AddHours(6);
        var folder = NewFolder();
        try
        {
            await using (var emulator = await StartAsync(time, folder))
            {
                await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/schedules/nightly"), Schedule(Daily(due)));
                time.MoveTo(due.AddMinutes(1));
                await WaitForJobAsync(emulator, NameAt(due));
                await emulator.WaitForEndAsync(NameAt(due));
                Assert.Equal("fired\n", emulator.Log(NameAt(due)));
                Assert.Equal(NameAt(due), (string?)(await emulator.GetAsync(Arm($"/jobs/{NameAt(due)}")))["properties"]!["displayName"]);
            }

            await using var again = await StartAsync(time, folder, isFirst: false);
            time.MoveTo(due.AddDays(1).AddMinutes(1));
            await WaitForJobAsync(again, NameAt(due.AddDays(1)));

            Assert.Equal([NameAt(due), NameAt(due.AddDays(1))], await JobsAsync(again));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Fires_Never_WhileItIsDisabled()
    {
        var time = new JumpingTime();
        var due = time.GetUtcNow().AddHours(6);
        await using var emulator = await StartAsync(time);
        var paused = Schedule(Daily(due), properties => properties["isEnabled"] = false);
        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/schedules/nightly"), paused);
        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/schedules/other"), Schedule(Daily(due)));

        time.MoveTo(due.AddMinutes(1));
        await WaitForJobAsync(emulator, NameAt(due).Replace("nightly", "other", StringComparison.Ordinal));

        Assert.DoesNotContain(NameAt(due), await JobsAsync(emulator));
        Assert.Single((await emulator.GetAsync(Arm("/schedules")))["value"]!.AsArray());
        Assert.Single((await emulator.GetAsync(Arm("/schedules?listViewType=DisabledOnly")))["value"]!.AsArray());
        Assert.Equal(2, (await emulator.GetAsync(Arm("/schedules?listViewType=All")))["value"]!.AsArray().Count);
    }

    [Fact]
    public async Task Fires_OnceForSeveralTimes_WhenTheMachineSlept()
    {
        var time = new JumpingTime();
        await using var emulator = await StartAsync(time);
        var hourly = """{"triggerType":"Cron","expression":"0 * * * *"}""";
        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/schedules/nightly"), Schedule(hourly));
        var now = time.GetUtcNow();
        var last = now.AddHours(10).AddMinutes(-now.Minute);

        time.MoveTo(last.AddMinutes(5));
        await WaitForJobAsync(emulator, NameAt(last));

        Assert.Equal([NameAt(last)], await JobsAsync(emulator));
    }

    [Fact]
    public async Task Fires_OnceForTheLastTime_WhenTheEmulatorWasStopped()
    {
        var time = new JumpingTime();
        var folder = NewFolder();
        try
        {
            var now = time.GetUtcNow();
            var first = now.AddHours(2).AddMinutes(-now.Minute);
            var last = first.AddDays(20);
            await using (var emulator = await StartAsync(time, folder))
            {
                var hourly = """{"triggerType":"Cron","expression":"0 * * * *"}""";
                await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/schedules/nightly"), Schedule(hourly));
                var paused = Schedule(hourly, properties => properties["isEnabled"] = false);
                await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/schedules/paused"), paused);
                time.MoveTo(first.AddMinutes(1));
                await WaitForJobAsync(emulator, NameAt(first));
                await emulator.WaitForEndAsync(NameAt(first));
            }

            time.MoveTo(last.AddMinutes(1));
            await using (var again = await StartAsync(time, folder, isFirst: false))
            {
                await again.WaitForEndAsync(NameAt(last));
                Assert.Equal(new[] { NameAt(first), NameAt(last) }.Order(StringComparer.Ordinal), await JobsAsync(again));
                var log = await File.ReadAllTextAsync(
                    Path.Combine(again.JobFolder(NameAt(last)), "system_logs/lifecycler/lifecycler.log"),
                    TestContext.Current.CancellationToken
                );
                Assert.Contains("The emulator was stopped then, so the job was submitted at its start.", log, StringComparison.Ordinal);
                await again.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Delete, Arm($"/jobs/{NameAt(last)}"));
                await EventuallyAsync(async () => (await JobsAsync(again)).Length == 1, () => Task.FromResult("the job is not deleted"));
            }

            // The job is gone, and the time has passed all the same.
            await using var third = await StartAsync(time, folder, isFirst: false);
            time.MoveTo(last.AddHours(1).AddMinutes(1));
            await WaitForJobAsync(third, NameAt(last.AddHours(1)));
            Assert.DoesNotContain(NameAt(last), await JobsAsync(third));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Fires_AtItsCreation_WhenARecurrenceHasNoStart()
    {
        await using var emulator = await StartAsync(new JumpingTime());
        var hourly = """{"triggerType":"Recurrence","frequency":"Hour","interval":1}""";
        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/schedules/nightly"), Schedule(hourly));

        await EventuallyAsync(async () => (await JobsAsync(emulator)).Length == 1, () => Task.FromResult("nothing fired"));
    }

    [Fact]
    public async Task Fires_WithAWarning_WhenTheJobCannotBeSubmittedAnyMore()
    {
        var time = new JumpingTime();
        var due = time.GetUtcNow().AddHours(6);
        await using var emulator = await StartAsync(time);
        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/schedules/nightly"), Schedule(Daily(due)));
        await emulator.SendAsync(HttpMethod.Delete, Arm("/environments/detection/versions/1"));

        time.MoveTo(due.AddMinutes(1));
        await EventuallyAsync(
            async () => (await emulator.GetAsync("emulator/status"))["warnings"]!.AsArray().Count == 1,
            () => Task.FromResult("there is no warning")
        );

        var warning = (string)(await emulator.GetAsync("emulator/status"))["warnings"]![0]!;
        Assert.StartsWith("Schedule 'nightly' of workspace 'work' fired at ", warning, StringComparison.Ordinal);
        Assert.Contains("and its job was refused: properties.environmentId is ", warning, StringComparison.Ordinal);
        Assert.Empty(await JobsAsync(emulator));
    }

    [Fact]
    public async Task Fires_WithItsNameAndTimeInTheInputs()
    {
        var time = new JumpingTime();
        var due = time.GetUtcNow().AddHours(6);
        await using var emulator = await StartAsync(time);
        var schedule = Schedule(Daily(due), properties =>
        {
            var job = properties["action"]!["jobDefinition"]!.AsObject();
            job["command"] = "echo ${{inputs.at}} ${{inputs.who}}";
            job["inputs"] = JsonNode.Parse(
                """
                {"at":{"jobInputType":"literal","value":"${{creation_context.trigger_time}}"},
                 "who":{"jobInputType":"literal","value":"${{name}}"}}
                """
            );
        });
        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/schedules/nightly"), schedule);

        time.MoveTo(due.AddMinutes(1));
        await WaitForJobAsync(emulator, NameAt(due));
        await emulator.WaitForEndAsync(NameAt(due));

        Assert.Equal($"{due.UtcDateTime:yyyy-MM-dd'T'HH:mm}:00.0000000Z {NameAt(due)}\n", emulator.Log(NameAt(due)));
    }

    [Fact]
    public async Task Put_ChangesAndDeleteRemoves()
    {
        await using var emulator = await StartAsync(new JumpingTime());
        var daily = """{"triggerType":"Cron","expression":"0 3 * * *","timeZone":"W. Europe Standard Time"}""";
        var (_, created, response) = await emulator.SendAsync(HttpMethod.Put, Arm("/schedules/nightly"), Schedule(daily));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("Succeeded", (string?)created!["properties"]!["provisioningState"]);
        Assert.True((bool)created["properties"]!["isEnabled"]!);
        var status = response.Headers.GetValues("Azure-AsyncOperation").Single();
        Assert.Equal("Succeeded", (string?)(await emulator.GetAsync(status))["status"]);

        await emulator.ExpectAsync(
            HttpStatusCode.OK,
            HttpMethod.Put,
            Arm("/schedules/nightly"),
            Schedule(daily, properties => properties["isEnabled"] = false)
        );
        Assert.False((bool)(await emulator.GetAsync(Arm("/schedules/nightly")))["properties"]!["isEnabled"]!);

        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Delete, Arm("/schedules/nightly"));
        await emulator.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, Arm("/schedules/nightly"));
        await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, Arm("/schedules/nightly"));
    }

    [Theory]
    [InlineData(
        400,
        "properties.trigger.expression: '0 3 * *' has 4 fields",
        """{"triggerType":"Cron","expression":"0 3 * *"}""",
        "CreateJob"
    )]
    [InlineData(
        501,
        "a schedule with the action InvokeBatchEndpoint",
        """{"triggerType":"Cron","expression":"0 3 * * *"}""",
        "InvokeBatchEndpoint"
    )]
    public async Task Put_Refuses(int status, string message, string trigger, string action)
    {
        await using var emulator = await StartAsync(new JumpingTime());
        var body = await emulator.ExpectAsync(
            (HttpStatusCode)status,
            HttpMethod.Put,
            Arm("/schedules/nightly"),
            Schedule(trigger, properties => properties["action"]!["actionType"] = action)
        );

        Assert.Contains(message, (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_RefusesAJobThatJobsRefuseToo()
    {
        await using var emulator = await StartAsync(new JumpingTime());
        var daily = """{"triggerType":"Cron","expression":"0 3 * * *"}""";

        await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            Arm("/schedules/nightly"),
            Schedule(daily, properties => properties["action"]!["jobDefinition"]!["computeId"] = "gone")
        );
        await emulator.ExpectAsync(
            HttpStatusCode.NotImplemented,
            HttpMethod.Put,
            Arm("/schedules/nightly"),
            Schedule(daily, properties => properties["action"]!["jobDefinition"]!["jobType"] = "Spark")
        );
    }
}
