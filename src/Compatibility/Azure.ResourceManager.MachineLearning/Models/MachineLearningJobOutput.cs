using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>An output of a job.</summary>
public abstract partial class MachineLearningJobOutput : IJsonWritable
{
    private protected MachineLearningJobOutput(string jobOutputType) => JobOutputType = jobOutputType;

    public string? Description { get; set; }

    internal string JobOutputType { get; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("jobOutputType", JobOutputType);
        writer.WriteOptional("description", Description);
        WriteOwnMembers(writer);
    }

    internal abstract void WriteOwnMembers(Utf8JsonWriter writer);

    internal static MachineLearningJobOutput Read(JsonElement json)
    {
        MachineLearningJobOutput output = json.Text("jobOutputType") switch
        {
            "uri_folder" => new MachineLearningUriFolderJobOutput { Mode = ModeOf(json), Uri = json.Link("uri") },
            "uri_file" => new MachineLearningUriFileJobOutput { Mode = ModeOf(json), Uri = json.Link("uri") },
            var type => new UnknownMachineLearningJobOutput(type ?? "Unknown", json),
        };
        output.Description = json.Text("description");
        return output;
    }

    private static MachineLearningOutputDeliveryMode? ModeOf(JsonElement json) =>
        json.Value("mode", static text => new MachineLearningOutputDeliveryMode(text));
}

/// <summary>An output of a kind that this subset does not know: it keeps the members that it was read with.</summary>
internal sealed class UnknownMachineLearningJobOutput(string jobOutputType, JsonElement json) : MachineLearningJobOutput(jobOutputType)
{
    private readonly JsonElement json = json.Clone();

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOthers(json, "jobOutputType", "description");
}
