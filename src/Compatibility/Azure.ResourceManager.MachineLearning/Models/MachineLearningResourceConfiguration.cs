using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Describes what a job takes of its compute.</summary>
public partial class MachineLearningResourceConfiguration : IJsonWritable
{
    /// <summary>Gets or sets the number of nodes; by default 1.</summary>
    public int? InstanceCount { get; set; }

    /// <summary>VM size, where the compute offers several.</summary>
    public string? InstanceType { get; set; }

    /// <summary>Gets or sets further properties. Each is a JSON value.</summary>
    [AllowNull]
    public IDictionary<string, BinaryData> Properties { get; set; } = new UnsetDictionary<BinaryData>();

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("instanceCount", InstanceCount);
        writer.WriteOptional("instanceType", InstanceType);
        writer.WriteOptional("properties", Properties);
        WriteOwnMembers(writer);
    }

    internal virtual void WriteOwnMembers(Utf8JsonWriter writer) { }
}
