namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Tries every combination of the values of a space that holds choices alone.</summary>
public partial class GridSamplingAlgorithm : SamplingAlgorithm
{
    public GridSamplingAlgorithm()
        : base("Grid") { }
}
