using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>An input of a job.</summary>
public abstract partial class MachineLearningJobInput : IJsonWritable
{
    private protected MachineLearningJobInput(string jobInputType) => JobInputType = jobInputType;

    public string? Description { get; set; }

    internal string JobInputType { get; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("jobInputType", JobInputType);
        writer.WriteOptional("description", Description);
        WriteOwnMembers(writer);
    }

    internal abstract void WriteOwnMembers(Utf8JsonWriter writer);

    internal static MachineLearningJobInput Read(JsonElement json)
    {
        MachineLearningJobInput input = json.Text("jobInputType") switch
        {
            "literal" => new MachineLearningLiteralJobInput(json.Text("value") ?? string.Empty),
            "uri_folder" => new MachineLearningUriFolderJobInput { Mode = ModeOf(json), Uri = json.Link("uri")! },
            "uri_file" => new MachineLearningUriFileJobInput { Mode = ModeOf(json), Uri = json.Link("uri")! },
            var type => new UnknownMachineLearningJobInput(type ?? "Unknown", json),
        };
        input.Description = json.Text("description");
        return input;
    }

    private static MachineLearningInputDeliveryMode? ModeOf(JsonElement json) =>
        json.Value("mode", static text => new MachineLearningInputDeliveryMode(text));
}

/// <summary>An input of a kind that this subset does not know: it keeps the members that it was read with.</summary>
internal sealed class UnknownMachineLearningJobInput(string jobInputType, JsonElement json) : MachineLearningJobInput(jobInputType)
{
    private readonly JsonElement json = json.Clone();

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOthers(json, "jobInputType", "description");
}
