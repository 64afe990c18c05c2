namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Ends trials whose best value is worse than the median of the other trials' averages.</summary>
public partial class MedianStoppingPolicy : MachineLearningEarlyTerminationPolicy
{
    public MedianStoppingPolicy()
        : base("MedianStopping") { }
}
