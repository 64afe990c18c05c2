using System.Globalization;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Schedules;

namespace WorkspaceEmulator.Tests.Schedules;

public class ScheduleTriggerTests
{
    private const string Berlin = "W. Europe Standard Time";
    private static readonly DateTimeOffset Created = new(2026, 1, 1, 10, 20, 30, TimeSpan.Zero); // A Thursday.

    private static JsonObject Cron(string expression, string zone = "UTC") =>
        new()
        {
            ["triggerType"] = "Cron",
            ["expression"] = expression,
            ["timeZone"] = zone,
        };

    private static JsonObject Recurrence(
        string frequency,
        int interval,
        string? schedule = null,
        string? start = null,
        string zone = "UTC"
    ) =>
        new()
        {
            ["triggerType"] = "Recurrence",
            ["frequency"] = frequency,
            ["interval"] = interval,
            ["schedule"] = schedule is null ? null : JsonNode.Parse(schedule),
            ["startTime"] = start,
            ["timeZone"] = zone,
        };

    private static string Times(JsonObject json, string after, int count = 3)
    {
        var (trigger, fault) = ScheduleTrigger.Read(json, Created);
        Assert.True(trigger is not null, fault);
        var texts = new List<string>();
        var moment = DateTimeOffset.Parse(after, CultureInfo.InvariantCulture);
        while (texts.Count < count && trigger.NextAfter(moment) is { } next)
        {
            texts.Add(next.UtcDateTime.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture));
            moment = next;
        }

        return string.Join(", ", texts);
    }

    [Theory]
    [InlineData("0 3 * * *", "01-01 03:00, 01-02 03:00, 01-03 03:00")]
    [InlineData("*/20 5,6 * * *", "01-01 05:00, 01-01 05:20, 01-01 05:40")]
    [InlineData("30 6 * * MON-FRI", "01-01 06:30, 01-02 06:30, 01-05 06:30")]
    [InlineData("15/30 0 * * 0", "01-04 00:15, 01-04 00:45, 01-11 00:15")]
    // As on Azure, days and months are read and have no effect.
    [InlineData("0 3 31 JAN *", "01-01 03:00, 01-02 03:00, 01-03 03:00")]
    public void NextAfter_FollowsTheExpression(string expression, string times) =>
        Assert.Equal(times, Times(Cron(expression), "2026-01-01T00:00:00Z"));

    [Theory]
    // Berlin's clock goes to 03:00 at 01:00 UTC of March 29, and back to 02:00 at 01:00 UTC of October 25.
    [InlineData("30 2 * * *", "2026-03-27T12:00:00Z", "03-28 01:30, 03-30 00:30, 03-31 00:30")]
    [InlineData("30 2 * * *", "2026-10-24T12:00:00Z", "10-25 00:30, 10-26 01:30, 10-27 01:30")]
    [InlineData("30 * * * *", "2026-10-24T23:45:00Z", "10-25 00:30, 10-25 01:30, 10-25 02:30")]
    [InlineData("0 8 * * *", "2026-03-28T00:00:00Z", "03-28 07:00, 03-29 06:00, 03-30 06:00")]
    public void NextAfter_FollowsTheClockOfTheZone(string expression, string after, string times) =>
        Assert.Equal(times, Times(Cron(expression, Berlin), after));

    [Theory]
    [InlineData("Minute", 45, null, "01-01 10:20, 01-01 11:05, 01-01 11:50")]
    [InlineData("Hour", 5, null, "01-01 10:20, 01-01 15:20, 01-01 20:20")]
    [InlineData("Day", 2, null, "01-01 10:20, 01-03 10:20, 01-05 10:20")]
    [InlineData("Day", 1, """{"hours":[8,20],"minutes":[0,30]}""", "01-01 20:00, 01-01 20:30, 01-02 08:00")]
    [InlineData("Week", 2, """{"hours":[6],"minutes":[0],"weekDays":["Monday","Friday"]}""", "01-02 06:00, 01-12 06:00, 01-16 06:00")]
    [InlineData("Month", 1, """{"hours":[6],"minutes":[0],"monthDays":[31]}""", "01-31 06:00, 03-31 06:00, 05-31 06:00")]
    public void NextAfter_CountsFromTheCreation_WhenARecurrenceHasNoStart(string frequency, int interval, string? schedule, string times) =>
        Assert.Equal(times, Times(Recurrence(frequency, interval, schedule), "2026-01-01T10:20:29Z"));

    [Fact]
    public void NextAfter_BeginsWithTheStartAndStopsAfterTheEnd()
    {
        var trigger = Recurrence("Day", 1, start: "2026-02-01T06:00:00", zone: Berlin);
        trigger["endTime"] = "2026-02-02T06:00:00";
        var cron = Cron("0 * * * *");
        cron["startTime"] = "2026-02-01T00:00:00";

        Assert.Equal("02-01 05:00, 02-02 05:00", Times(trigger, "2026-01-01T00:00:00Z"));
        Assert.Equal("02-01 00:00, 02-01 01:00, 02-01 02:00", Times(cron, "2026-01-01T00:00:00Z"));
    }

    [Fact]
    public void NextAfter_IsNever_WhenNoMonthHasTheDay() =>
        Assert.Equal(
            "",
            Times(Recurrence("Month", 12, """{"hours":[6],"minutes":[0],"monthDays":[30]}""", "2026-02-01T00:00:00"), "2026-01-01Z")
        );

    [Theory]
    [InlineData("0 3 * *", "'0 3 * *' has 4 fields; it must have 5: minutes, hours, days, months, days of the week.")]
    [InlineData(
        "0 24 * * *",
        "'0 24 * * *' has '24' for hours at position 3; it must be *, or numbers from 0 to 23, ranges and lists of them."
    )]
    [InlineData(
        "0  3 * * 7",
        "'0  3 * * 7' has '7' for days of the week at position 10; it must be *, or numbers from 0 to 6, ranges and lists of them."
    )]
    [InlineData("5-1 * * * *", "'5-1 * * * *' has '5-1' for minutes at position 1; a range must begin with the smaller number.")]
    [InlineData("*/0 * * * *", "'*/0 * * * *' has '*/0' for minutes at position 1; a step must be a number of at least 1.")]
    public void Read_NamesThePosition_WhenAnExpressionIsWrong(string expression, string fault) =>
        Assert.Equal($"properties.trigger.expression: {fault}", ScheduleTrigger.Read(Cron(expression), Created).Fault);

    [Fact]
    public void Read_SaysWhatIsWrong()
    {
        var times = Cron("0 3 * * *");
        times["startTime"] = "2026-02-01T00:00:00";
        times["endTime"] = "2026-01-01T00:00:00";

        Assert.Equal(
            [
                "properties.trigger is missing; it must say when the schedule fires.",
                "properties.trigger.timeZone is 'Bonn'; it must be the name of a time zone of Windows, such as UTC.",
                "properties.trigger.endTime is before startTime; it must be after it.",
                "properties.trigger.startTime is '9999-12-31T00:00:00'; it must be from 2000 to 2999.",
                "properties.trigger.triggerType is 'Moon'; it must be Cron or Recurrence.",
                "properties.trigger.frequency is 'Year'; it must be Minute, Hour, Day, Week or Month.",
                "properties.trigger.interval must be a whole number from 1 to 1000.",
                "properties.trigger.schedule.hours must be whole numbers from 0 to 23.",
                "properties.trigger.schedule.weekDays has 'Sonntag'; it must be a day such as Monday.",
            ],
            new[]
            {
                null,
                Cron("0 3 * * *", "Bonn"),
                times,
                Recurrence("Day", 1, start: "9999-12-31T00:00:00"),
                new JsonObject { ["triggerType"] = "Moon" },
                Recurrence("Year", 1),
                Recurrence("Day", 0),
                Recurrence("Day", 1, """{"hours":[24],"minutes":[0]}"""),
                Recurrence("Week", 1, """{"hours":[1],"minutes":[0],"weekDays":["Sonntag"]}"""),
            }.Select(trigger => ScheduleTrigger.Read(trigger, Created).Fault)
        );
    }

    [Fact]
    public void Find_KnowsEveryZoneOfWindows_AndThoseOfTheIanaDatabase()
    {
        Assert.Equal(TimeSpan.FromHours(5.5), TimeZones.Find("India Standard Time")!.BaseUtcOffset);
        Assert.Equal(TimeSpan.FromHours(1), TimeZones.Find("Europe/Berlin")!.BaseUtcOffset);
        Assert.Null(TimeZones.Find("Middle of Nowhere"));
    }
}
