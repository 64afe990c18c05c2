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
            "uri_folder" => new MachineLearningUriFolderJobInput(AddressOf(json)) { Mode = ModeOf(json) },
            "uri_file" => new MachineLearningUriFileJobInput(AddressOf(json)) { Mode = ModeOf(json) },
            var type => new UnknownMachineLearningJobInput(type ?? "Unknown"),
        };
        input.Description = json.Text("description");
        return input;
    }

    private static Uri AddressOf(JsonElement json) => new(json.Text("uri") ?? string.Empty, UriKind.RelativeOrAbsolute);

    private static MachineLearningInputDeliveryMode? ModeOf(JsonElement json) =>
        json.Value("mode", static text => new MachineLearningInputDeliveryMode(text));
}

/// <summary>An input of a kind this subset does not know: it can be read, not sent.</summary>
internal sealed class UnknownMachineLearningJobInput(string jobInputType) : MachineLearningJobInput(jobInputType)
{
    internal override void WriteOwnMembers(Utf8JsonWriter writer) => throw JsonWriting.Unwritable("job input", JobInputType);
}
