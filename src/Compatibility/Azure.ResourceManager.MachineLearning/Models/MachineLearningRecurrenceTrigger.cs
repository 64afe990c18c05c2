using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Fires every so many minutes, hours, days, weeks or months.</summary>
public partial class MachineLearningRecurrenceTrigger : MachineLearningTriggerBase
{
    public MachineLearningRecurrenceTrigger(MachineLearningRecurrenceFrequency frequency, int interval)
        : base("Recurrence")
    {
        (Frequency, Interval) = (frequency, interval);
    }

    public MachineLearningRecurrenceFrequency Frequency { get; set; }

    /// <summary>Number of units between two firings.</summary>
    public int Interval { get; set; }

    /// <summary>The times of a day, and the days; null for those of the start.</summary>
    public MachineLearningRecurrenceSchedule? Schedule { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("frequency", Frequency.ToString());
        writer.WriteNumber("interval", Interval);
        writer.WriteOptional("schedule", Schedule);
    }
}
