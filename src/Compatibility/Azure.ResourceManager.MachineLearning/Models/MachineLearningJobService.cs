using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A service of a job that can be reached from outside.</summary>
public partial class MachineLearningJobService : IJsonWritable
{
    public string? Endpoint { get; set; }

    public string? JobServiceType { get; set; }

    public int? Port { get; set; }

    [AllowNull]
    public IDictionary<string, string> Properties { get; set; } = new UnsetDictionary<string>();

    public string? ErrorMessage { get; private init; }

    public string? Status { get; private init; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("endpoint", Endpoint);
        writer.WriteOptional("jobServiceType", JobServiceType);
        writer.WriteOptional("port", Port);
        writer.WriteOptional("properties", Properties);
    }

    internal static MachineLearningJobService Read(JsonElement json) =>
        new()
        {
            Endpoint = json.Text("endpoint"),
            JobServiceType = json.Text("jobServiceType"),
            Port = json.Int32("port"),
            Properties = json.TextMap("properties"),
            ErrorMessage = json.Text("errorMessage"),
            Status = json.Text("status"),
        };
}
