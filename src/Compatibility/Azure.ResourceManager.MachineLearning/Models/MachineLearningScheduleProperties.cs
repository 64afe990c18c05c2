using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>When a schedule fires, and what it does then.</summary>
public partial class MachineLearningScheduleProperties : MachineLearningResourceBase
{
    public MachineLearningScheduleProperties(MachineLearningScheduleAction action, MachineLearningTriggerBase trigger)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(trigger);
        (Action, Trigger) = (action, trigger);
    }

    public MachineLearningScheduleProperties(MachineLearningTriggerBase trigger, MachineLearningScheduleAction action)
        : this(action, trigger) { }

    public MachineLearningScheduleAction Action { get; set; }

    public string? DisplayName { get; set; }

    /// <summary>Whether the schedule fires; by default it does.</summary>
    public bool? IsEnabled { get; set; }

    public MachineLearningScheduleProvisioningStatus? ProvisioningState { get; private set; }

    public MachineLearningTriggerBase Trigger { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("action", Action);
        writer.WriteOptional("displayName", DisplayName);
        writer.WriteOptional("isEnabled", IsEnabled);
        writer.WriteOptional("trigger", Trigger);
    }

    internal static MachineLearningScheduleProperties Read(JsonElement json)
    {
        var schedule = new MachineLearningScheduleProperties(
            MachineLearningScheduleAction.Read(json.Member("action")),
            MachineLearningTriggerBase.Read(json.Member("trigger"))
        )
        {
            DisplayName = json.Text("displayName"),
            IsEnabled = json.Boolean("isEnabled"),
            ProvisioningState = json.Value("provisioningState", static text => new MachineLearningScheduleProvisioningStatus(text)),
        };
        schedule.ReadBaseMembers(json);
        return schedule;
    }
}
