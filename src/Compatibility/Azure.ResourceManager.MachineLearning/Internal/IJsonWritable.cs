using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A model that a request can carry.</summary>
internal interface IJsonWritable
{
    /// <summary>Writes what stands between the braces; members the service alone sets are not written.</summary>
    void WriteMembers(Utf8JsonWriter writer);
}
