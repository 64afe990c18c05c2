using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Ends a share of the trials at each evaluation: the worst ones.</summary>
public partial class TruncationSelectionPolicy : MachineLearningEarlyTerminationPolicy
{
    public TruncationSelectionPolicy()
        : base("TruncationSelection") { }

    /// <summary>The share, in percent.</summary>
    public int? TruncationPercentage { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOptional("truncationPercentage", TruncationPercentage);
}
