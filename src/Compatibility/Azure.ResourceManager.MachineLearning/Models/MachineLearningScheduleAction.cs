using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>What a schedule does when it fires.</summary>
public abstract partial class MachineLearningScheduleAction : IJsonWritable
{
    private protected MachineLearningScheduleAction(string actionType) => ActionType = actionType;

    internal string ActionType { get; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("actionType", ActionType);
        WriteOwnMembers(writer);
    }

    internal abstract void WriteOwnMembers(Utf8JsonWriter writer);

    internal static MachineLearningScheduleAction Read(JsonElement json) =>
        json.Text("actionType") switch
        {
            "CreateJob" => new MachineLearningJobScheduleAction(MachineLearningJobProperties.Read(json.Member("jobDefinition"))),
            var type => new UnknownScheduleAction(type ?? "Unknown"),
        };
}

/// <summary>An action of a kind this subset does not know: it can be read, not sent.</summary>
internal sealed class UnknownScheduleAction(string actionType) : MachineLearningScheduleAction(actionType)
{
    internal override void WriteOwnMembers(Utf8JsonWriter writer) => throw JsonWriting.Unwritable("schedule's action", ActionType);
}
