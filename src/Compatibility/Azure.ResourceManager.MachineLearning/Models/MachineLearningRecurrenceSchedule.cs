using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>The times of a day at which a recurrence fires, and its days. It fires at every hour with every minute.</summary>
public partial class MachineLearningRecurrenceSchedule : IJsonWritable
{
    public MachineLearningRecurrenceSchedule(IEnumerable<int> hours, IEnumerable<int> minutes)
    {
        ArgumentNullException.ThrowIfNull(hours);
        ArgumentNullException.ThrowIfNull(minutes);
        Hours = [.. hours];
        Minutes = [.. minutes];
    }

    public IList<int> Hours { get; }

    public IList<int> Minutes { get; }

    /// <summary>Days of the month; null for that of the start.</summary>
    public IList<int>? MonthDays { get; set; }

    /// <summary>Days of the week; null for that of the start.</summary>
    public IList<MachineLearningDayOfWeek>? WeekDays { get; set; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        WriteNumbers(writer, "hours", Hours);
        WriteNumbers(writer, "minutes", Minutes);
        if (MonthDays is not null)
            WriteNumbers(writer, "monthDays", MonthDays);
        if (WeekDays is null)
            return;
        writer.WriteStartArray("weekDays");
        foreach (var day in WeekDays)
            writer.WriteStringValue(day.ToString());
        writer.WriteEndArray();
    }

    internal static MachineLearningRecurrenceSchedule Read(JsonElement json)
    {
        var schedule = new MachineLearningRecurrenceSchedule(
            json.List("hours", static hour => hour.GetInt32()),
            json.List("minutes", static minute => minute.GetInt32())
        );
        if (json.Member("monthDays").ValueKind == JsonValueKind.Array)
            schedule.MonthDays = [.. json.List("monthDays", static day => day.GetInt32())];
        if (json.Member("weekDays").ValueKind == JsonValueKind.Array)
            schedule.WeekDays = [.. json.List("weekDays", static day => new MachineLearningDayOfWeek(day.GetString()!))];
        return schedule;
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, IEnumerable<int> numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }
}
