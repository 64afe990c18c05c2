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
            var type => new UnknownScheduleAction(type ?? "Unknown", json),
        };
}

/// <summary>An action of a kind that this subset does not know: it keeps the members that it was read with.</summary>
internal sealed class UnknownScheduleAction(string actionType, JsonElement json) : MachineLearningScheduleAction(actionType)
{
    private readonly JsonElement json = json.Clone();

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOthers(json, "actionType");
}
