using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>When a schedule fires.</summary>
public abstract partial class MachineLearningTriggerBase : IJsonWritable
{
    private protected MachineLearningTriggerBase(string triggerType) => TriggerType = triggerType;

    /// <summary>ISO 8601 time of the time zone, without an offset, after which the schedule does not fire.</summary>
    public string? EndTime { get; set; }

    /// <summary>ISO 8601 time of the time zone, without an offset, before which the schedule does not fire.</summary>
    public string? StartTime { get; set; }

    /// <summary>A time zone by its name of Windows; by default <c>UTC</c>.</summary>
    public string? TimeZone { get; set; }

    internal string TriggerType { get; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("endTime", EndTime);
        writer.WriteOptional("startTime", StartTime);
        writer.WriteOptional("timeZone", TimeZone);
        writer.WriteString("triggerType", TriggerType);
        WriteOwnMembers(writer);
    }

    internal abstract void WriteOwnMembers(Utf8JsonWriter writer);

    internal static MachineLearningTriggerBase Read(JsonElement json)
    {
        MachineLearningTriggerBase trigger = json.Text("triggerType") switch
        {
            "Cron" => new CronTrigger(json.Text("expression") ?? string.Empty),
            "Recurrence" => new MachineLearningRecurrenceTrigger(
                new MachineLearningRecurrenceFrequency(json.Text("frequency") ?? string.Empty),
                json.Int32("interval") ?? 0
            )
            {
                Schedule = json.Model("schedule", MachineLearningRecurrenceSchedule.Read),
            },
            var type => new UnknownTrigger(type ?? "Unknown", json),
        };
        trigger.EndTime = json.Text("endTime");
        trigger.StartTime = json.Text("startTime");
        trigger.TimeZone = json.Text("timeZone");
        return trigger;
    }
}

/// <summary>A trigger of a kind that this subset does not know: it keeps the members that it was read with.</summary>
internal sealed class UnknownTrigger(string triggerType, JsonElement json) : MachineLearningTriggerBase(triggerType)
{
    private readonly JsonElement json = json.Clone();

    internal override void WriteOwnMembers(Utf8JsonWriter writer) =>
        writer.WriteOthers(json, "endTime", "startTime", "timeZone", "triggerType");
}
