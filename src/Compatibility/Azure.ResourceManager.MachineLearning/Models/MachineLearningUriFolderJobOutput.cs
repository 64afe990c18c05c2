using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A folder a job writes.</summary>
public partial class MachineLearningUriFolderJobOutput : MachineLearningJobOutput
{
    public MachineLearningUriFolderJobOutput()
        : base("uri_folder") { }

    /// <summary>Gets or sets how the output is delivered; by default ReadWriteMount.</summary>
    public MachineLearningOutputDeliveryMode? Mode { get; set; }

    /// <summary>Gets or sets the location of the data. When it is null, the service chooses.</summary>
    public Uri? Uri { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("mode", Mode?.ToString());
        writer.WriteOptional("uri", Uri);
    }
}
