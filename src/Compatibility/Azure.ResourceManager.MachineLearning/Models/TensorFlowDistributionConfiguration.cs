using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Starts the processes of TensorFlow: each gets TF_CONFIG.</summary>
public partial class TensorFlowDistributionConfiguration : MachineLearningDistributionConfiguration
{
    public TensorFlowDistributionConfiguration()
        : base("TensorFlow") { }

    /// <summary>Gets or sets the number of parameter servers; by default 0.</summary>
    public int? ParameterServerCount { get; set; }

    /// <summary>Gets or sets the number of workers; by default the number of nodes.</summary>
    public int? WorkerCount { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("parameterServerCount", ParameterServerCount);
        writer.WriteOptional("workerCount", WorkerCount);
    }
}
