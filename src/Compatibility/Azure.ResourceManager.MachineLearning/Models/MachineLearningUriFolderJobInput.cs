using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A folder given to a job, for example <c>azureml://datastores/x/paths/y/</c>.</summary>
public partial class MachineLearningUriFolderJobInput : MachineLearningJobInput
{
    public MachineLearningUriFolderJobInput(Uri uri)
        : base("uri_folder")
    {
        ArgumentNullException.ThrowIfNull(uri);
        Uri = uri;
    }

    internal MachineLearningUriFolderJobInput()
        : base("uri_folder") => Uri = null!;

    /// <summary>Gets or sets how the input is delivered; by default ReadOnlyMount.</summary>
    public MachineLearningInputDeliveryMode? Mode { get; set; }

    public Uri Uri { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("mode", Mode?.ToString());
        writer.WriteOptional("uri", Uri);
    }
}
