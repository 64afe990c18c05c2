namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Chooses values by what earlier trials measured.</summary>
public partial class BayesianSamplingAlgorithm : SamplingAlgorithm
{
    public BayesianSamplingAlgorithm()
        : base("Bayesian") { }
}
