using Build.Tests.Doubles;
using Fixtures;
using Fixtures.Services;

namespace Build.Tests;

public sealed class ScheduleTests : IDisposable
{
    private const string Missing =
        "--cron is \"0 3 * *\"; it must be minutes, hours, days, months and days of the week, such as \"0 3 * * MON-FRI\"; "
        + "the days of the week are missing at its end.";

    private static readonly string Schedules = $"{FakeService.WorkspaceId}/schedules";

    private readonly HostConsole host = new();

    public void Dispose() => host.Dispose();

    private static string Schedule(string name, string trigger, bool isEnabled = true) =>
        $$$"""
            {"id":"{{{Schedules}}}/{{{name}}}","name":"{{{name}}}",
             "properties":{"displayName":"x","isEnabled":{{{(
                isEnabled ? "true" : "false"
            )}}},"provisioningState":"Succeeded","trigger":{{{trigger}}},
              "action":{"actionType":"CreateJob","jobDefinition":
                {"jobType":"Command","command":"x","environmentId":"e","displayName":"demo: tiny"} } } }
            """;

    private static string Weekly =>
        """
            {"triggerType":"Recurrence","frequency":"Week","interval":2,"timeZone":"W. Europe Standard Time",
             "startTime":"2026-06-01T06:00:00",
             "schedule":{"hours":[6],"minutes":[30],"weekDays":["Monday","Friday"]}}
            """;

    private static string Cron => """{"triggerType":"Cron","expression":"0 3 * * *","timeZone":"UTC"}""";

    [Fact]
    public void Schedule_ListsThem()
    {
        var evil = Schedule(
            "b",
            Cron.Replace("0 3 * * *", "0 3\\u001b[2J ##vso[task.complete]", StringComparison.Ordinal),
            isEnabled: false
        );
        host.Service.On("GET", Schedules, FakeService.Json(200, $$"""{"value":[{{evil}},{{Schedule("a", Weekly)}}]}"""));

        ExpectedText.Check("schedule-list", host.Run("--target=Schedule"));
    }

    [Fact]
    public void Schedule_SaysSo_WhenThereIsNone()
    {
        host.Service.On("GET", Schedules, FakeService.Json(200, """{"value":[]}"""));

        Assert.Contains("\nSchedule     workspace local has none\n", host.Run("--target=Schedule"), StringComparison.Ordinal);
    }

    [Fact]
    public void Schedule_Pauses_AndChangesNothing_WhenItIsPaused()
    {
        host.Service.OnEach(
            "GET",
            $"{Schedules}/night",
            FakeService.Json(200, Schedule("night", Cron)),
            FakeService.Json(200, Schedule("night", Cron, isEnabled: false))
        );
        host.Service.On("PUT", $"{Schedules}/night", FakeService.Json(200, Schedule("night", Cron, isEnabled: false)));

        ExpectedText.Check("schedule-paused", host.Run("--target=Schedule", "--action=pause", "--schedule=night"));
        Assert.Contains(
            "Schedule     night: unchanged, paused",
            host.Run("--target=Schedule", "--action=pause", "--schedule=night"),
            StringComparison.Ordinal
        );
        var sent = Assert.Single(host.Service.Sent, request => request.Method == "PUT");
        Assert.Contains("\"isEnabled\":false", sent.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Schedule_NamesTheOthers_WhenOneToPauseDoesNotExist()
    {
        host.Service.On("GET", Schedules, FakeService.Json(200, $$"""{"value":[{{Schedule("night", Cron)}}]}"""));

        Assert.EndsWith(
            "Error: --schedule is \"nigth\"; it must be a schedule of workspace 'vision', which has night.\n",
            host.Run("--target=Schedule", "--action=pause", "--schedule=nigth"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Schedule_Deletes_Once()
    {
        host.Service.OnEach(
            "GET",
            $"{Schedules}/demo",
            FakeService.Json(200, Schedule("demo", Cron)),
            FakeService.Json(404, """{"error":{"code":"ResourceNotFound","message":"x"}}""")
        );
        host.Service.On("DELETE", $"{Schedules}/demo", FakeService.Json(200, ""));

        Assert.Contains("demo: deleted; its jobs stay", host.Run("--target=Schedule", "--action=delete"), StringComparison.Ordinal);
        Assert.Contains(
            "demo: does not exist; nothing to delete",
            host.Run("--target=Schedule", "--action=delete"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("--cron=0 3 * *", Missing)]
    [InlineData(
        "--cron=0 3 1 * *",
        "--cron is \"0 3 1 * *\"; it must be * for the days, which Azure ML ignores, at position 5, where it has \"1\"."
    )]
    [InlineData(
        "--cron=0 3,24 * * *",
        "--cron is \"0 3,24 * * *\"; it must be *, or values from 0 to 23, for the hours at position 5, where it has \"24\"."
    )]
    [InlineData(
        "--cron=5-1 * * * *",
        "--cron is \"5-1 * * * *\"; it must be a range for the minutes whose first value is the smaller one at position 1, "
            + "where it has \"5-1\"."
    )]
    [InlineData(
        "--cron=0 3 * * MON-XYZ",
        "--cron is \"0 3 * * MON-XYZ\"; it must be *, or values from 0 to 6 (SUN to SAT), for the days of the week at position 13, "
            + "where it has \"XYZ\"."
    )]
    [InlineData(
        "--cron=*/0 * * * *",
        "--cron is \"*/0 * * * *\"; it must be a step of at least 1 for the minutes at position 3, where it has \"0\"."
    )]
    [InlineData("--cron=0 3 * * * *", "--cron is \"0 3 * * * *\"; it must be five fields; there is more at position 11.")]
    [InlineData(
        "--every=fortnight",
        "--every is \"fortnight\"; it must be a number from 1 to 999 and minutes, hours, days, weeks or months, such as 1day or 2weeks."
    )]
    [InlineData(
        "--time-zone=W. Europ Standard Time",
        "--time-zone is \"W. Europ Standard Time\"; it must be a time zone of Windows, such as \"W. Europe Standard Time\", "
            + "or the main one of the IANA database."
    )]
    [InlineData("--starts=tomorrow", "--starts is \"tomorrow\"; it must be a time without an offset, such as 2026-06-01T06:00.")]
    [InlineData("--action=stop", "--action is \"stop\"; it must be create, list, pause, resume or delete.")]
    public void Schedule_NamesTheFault_BeforeAnythingIsSent(string argument, string fault)
    {
        Assert.EndsWith($"Error: {fault}\n", host.Run("--target=Schedule", argument), StringComparison.Ordinal);
        Assert.Empty(host.Service.Sent);
    }

    [Theory]
    [InlineData("--cron and --every are missing; exactly one must be given.", "--action=create")]
    [InlineData("--cron and --every are both given; exactly one must be given.", "--cron=0 3 * * *", "--every=1day")]
    [InlineData(
        "--at is given; it must be given with --every and days, weeks or months, or be left out.",
        "--cron=0 3 * * *",
        "--at=06:00"
    )]
    [InlineData(
        "--on is given without --at; both must be given: Azure ML takes days only with their times.",
        "--every=1week",
        "--on=Monday"
    )]
    [InlineData(
        "--on is \"Monday\"; it must be days of the week with --every and weeks, or of the month with months.",
        "--every=1month",
        "--at=06:00",
        "--on=Monday"
    )]
    [InlineData(
        "--ends is \"2026-01-01T00:00:00\"; it must be after --starts, which is 2026-02-01T00:00:00.",
        "--every=1day",
        "--starts=2026-02-01T00:00",
        "--ends=2026-01-01T00:00"
    )]
    [InlineData(
        "--cron says when a schedule fires; it must be given with --action=create, or be left out.",
        "--action=list",
        "--cron=0 3 * * *"
    )]
    public void Schedule_NamesTheContradiction_BeforeAnythingIsSent(string fault, params string[] arguments)
    {
        Assert.EndsWith($"Error: {fault}\n", host.Run(["--target=Schedule", .. arguments]), StringComparison.Ordinal);
        Assert.Empty(host.Service.Sent);
    }
}
