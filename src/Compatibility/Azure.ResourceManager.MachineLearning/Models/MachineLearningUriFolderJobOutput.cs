using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A folder a job writes.</summary>
public partial class MachineLearningUriFolderJobOutput : MachineLearningJobOutput
{
    public MachineLearningUriFolderJobOutput()
        : base("uri_folder") { }

    /// <summary>By default ReadWriteMount.</summary>
    public MachineLearningOutputDeliveryMode? Mode { get; set; }

    /// <summary>Location of the data; null: the service chooses.</summary>
    public Uri? Uri { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("mode", Mode?.ToString());
        writer.WriteOptional("uri", Uri);
    }
}
