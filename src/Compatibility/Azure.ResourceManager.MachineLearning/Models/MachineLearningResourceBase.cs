using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Description, tags and properties, which jobs, datastores and assets have.</summary>
public partial class MachineLearningResourceBase : IJsonWritable
{
    public string? Description { get; set; }

    [AllowNull]
    public IDictionary<string, string> Properties { get; set; } = new UnsetDictionary<string>();

    [AllowNull]
    public IDictionary<string, string> Tags { get; set; } = new UnsetDictionary<string>();

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        WriteOwnMembers(writer);
        writer.WriteOptional("description", Description);
        writer.WriteOptional("properties", Properties);
        writer.WriteOptional("tags", Tags);
    }

    internal virtual void WriteOwnMembers(Utf8JsonWriter writer) { }

    private protected void ReadBaseMembers(JsonElement json)
    {
        Description = json.Text("description");
        Properties = json.TextMap("properties");
        Tags = json.TextMap("tags");
    }
}
