using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A model that a request can carry.</summary>
internal interface IJsonWritable
{
    /// <summary>Writes the members of the object; those that only the service sets are omitted.</summary>
    void WriteMembers(Utf8JsonWriter writer);
}
