using System.Text.Json.Nodes;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning.Tests;

public class ScheduleTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string Path = $"{ScriptedArm.WorkspacePath}/schedules/nightly";

    private static MachineLearningScheduleData Schedule(MachineLearningTriggerBase trigger) =>
        new(
            new MachineLearningScheduleProperties(
                new MachineLearningJobScheduleAction(
                    new MachineLearningCommandJob("python train.py", Examples.EnvironmentId) { ComputeId = Examples.ComputeId }
                ),
                trigger
            )
            {
                DisplayName = "every night",
                IsEnabled = true,
                Tags = { ["team"] = "roads" },
            }
        );

    private static MachineLearningRecurrenceTrigger Weekly() =>
        new(MachineLearningRecurrenceFrequency.Week, 2)
        {
            StartTime = "2026-06-01T06:00:00",
            EndTime = "2026-12-01T00:00:00",
            TimeZone = "W. Europe Standard Time",
            Schedule = new MachineLearningRecurrenceSchedule([6, 18], [30])
            {
                WeekDays = [MachineLearningDayOfWeek.Monday, MachineLearningDayOfWeek.Friday],
            },
        };

    private static string Answer(JsonNode properties) =>
        new JsonObject
        {
            ["id"] = Path,
            ["name"] = "nightly",
            ["type"] = "Microsoft.MachineLearningServices/workspaces/schedules",
            ["properties"] = properties.DeepClone(),
        }.ToJsonString();

    private static JsonObject Sent(ScriptedArm arm) =>
        (JsonObject)JsonNode.Parse(arm.Transcript[arm.Transcript.IndexOf('{', StringComparison.Ordinal)..])!["properties"]!;

    private static async Task<JsonObject> SendAsync(MachineLearningTriggerBase trigger)
    {
        using var arm = new ScriptedArm().Answer(201, Answer(JsonNode.Parse("""{"trigger":{},"action":{}}""")!));
        await arm.Workspace().GetMachineLearningSchedules().CreateOrUpdateAsync(WaitUntil.Completed, "nightly", Schedule(trigger), None);
        return Sent(arm);
    }

    [Fact]
    public async Task CreateOrUpdateAsync_SendsTheWholeSchedule()
    {
        using var arm = new ScriptedArm().Answer(201, Answer(JsonNode.Parse("""{"trigger":{},"action":{}}""")!));

        await arm.Workspace().GetMachineLearningSchedules().CreateOrUpdateAsync(WaitUntil.Completed, "nightly", Schedule(Weekly()), None);

        Assert.Equal(ScriptedArm.Read("Requests/create-schedule.expected.txt"), arm.Transcript);
    }

    [Fact]
    public async Task GetAsync_ReadsWhatWasSent()
    {
        var properties = await SendAsync(Weekly());
        properties["provisioningState"] = "Succeeded";
        using var arm = new ScriptedArm().Answer(200, Answer(properties));

        var schedule = (await arm.Workspace().GetMachineLearningScheduleAsync("nightly", None)).Value;

        var read = schedule.Data.Properties;
        Assert.Equal(("every night", true), (read.DisplayName, read.IsEnabled));
        Assert.Equal(MachineLearningScheduleProvisioningStatus.Succeeded, read.ProvisioningState);
        var trigger = Assert.IsType<MachineLearningRecurrenceTrigger>(read.Trigger);
        Assert.Equal((MachineLearningRecurrenceFrequency.Week, 2), (trigger.Frequency, trigger.Interval));
        Assert.Equal(("2026-06-01T06:00:00", "2026-12-01T00:00:00"), (trigger.StartTime, trigger.EndTime));
        Assert.Equal([6, 18], trigger.Schedule!.Hours);
        Assert.Equal([MachineLearningDayOfWeek.Monday, MachineLearningDayOfWeek.Friday], trigger.Schedule.WeekDays!);
        var job = Assert.IsType<MachineLearningCommandJob>(Assert.IsType<MachineLearningJobScheduleAction>(read.Action).JobDefinition);
        Assert.Equal("python train.py", job.Command);
    }

    [Fact]
    public async Task UpdateAsync_SendsWhatWasRead_WithTheChange()
    {
        var properties = await SendAsync(new CronTrigger("0 3 * * *") { TimeZone = "UTC" });
        using var arm = new ScriptedArm().Answer(200, Answer(properties)).Answer(200, Answer(properties));
        var schedule = (await arm.Workspace().GetMachineLearningScheduleAsync("nightly", None)).Value;

        schedule.Data.Properties.IsEnabled = false;
        await schedule.UpdateAsync(WaitUntil.Completed, schedule.Data, None);

        properties["isEnabled"] = false;
        Assert.True(JsonNode.DeepEquals(properties, Sent(arm)), arm.Transcript);
    }

    [Fact]
    public async Task GetAllAsync_AsksForTheView()
    {
        var properties = await SendAsync(new CronTrigger("0 3 * * *"));
        using var arm = new ScriptedArm().Answer(200, $$"""{"value":[{{Answer(properties)}}]}""");

        var names = new List<string>();
        await foreach (
            var schedule in arm.Workspace()
                .GetMachineLearningSchedules()
                .GetAllAsync(listViewType: MachineLearningScheduleListViewType.All, cancellationToken: None)
        )
        {
            names.Add(schedule.Data.Name);
        }

        Assert.Equal(["nightly"], names);
        Assert.EndsWith("&listViewType=All\n", arm.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpdateAsync_SendsEveryMember_WhenTheActionAndTheTriggerAreOfOtherKinds()
    {
        var read = JsonNode.Parse(
            """
            {"trigger":{"triggerType":"Moon","phase":"full","timeZone":"UTC"},"action":{"actionType":"CreateMonitor","monitor":{"days":[1,2]}}}
            """
        )!;
        using var arm = new ScriptedArm().Answer(200, Answer(read)).Answer(200, Answer(read));
        var schedule = (await arm.Workspace().GetMachineLearningScheduleAsync("nightly", None)).Value;

        await schedule.UpdateAsync(WaitUntil.Completed, schedule.Data, None);

        Assert.True(JsonNode.DeepEquals(read, Sent(arm)), arm.Transcript);
    }
}
