using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>Writes a model that a request can contain.</summary>
internal interface IJsonWritable
{
    /// <summary>Writes the members of the object; those that only the service sets are omitted.</summary>
    void WriteMembers(Utf8JsonWriter writer);
}
