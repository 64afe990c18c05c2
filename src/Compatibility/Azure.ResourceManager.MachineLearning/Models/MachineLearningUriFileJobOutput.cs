using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A file a job writes.</summary>
public partial class MachineLearningUriFileJobOutput : MachineLearningJobOutput
{
    public MachineLearningUriFileJobOutput()
        : base("uri_file") { }

    /// <summary>By default ReadWriteMount.</summary>
    public MachineLearningOutputDeliveryMode? Mode { get; set; }

    /// <summary>Where it is kept; null leaves the place to the service.</summary>
    public Uri? Uri { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("mode", Mode?.ToString());
        writer.WriteOptional("uri", Uri);
    }
}
