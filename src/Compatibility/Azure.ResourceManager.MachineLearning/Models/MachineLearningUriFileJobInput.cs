using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A file given to a job, for example <c>azureml://datastores/x/paths/y</c>.</summary>
public partial class MachineLearningUriFileJobInput : MachineLearningJobInput
{
    public MachineLearningUriFileJobInput(Uri uri)
        : base("uri_file")
    {
        ArgumentNullException.ThrowIfNull(uri);
        Uri = uri;
    }

    internal MachineLearningUriFileJobInput()
        : base("uri_file") => Uri = null!;

    /// <summary>Gets or sets how the input is delivered; by default ReadOnlyMount.</summary>
    public MachineLearningInputDeliveryMode? Mode { get; set; }

    public Uri Uri { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("mode", Mode?.ToString());
        writer.WriteOptional("uri", Uri);
    }
}
