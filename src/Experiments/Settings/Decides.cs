namespace Experiments.Settings;

/// <summary>What follows from the value of an exp_config key.</summary>
public enum Decides
{
    /// <summary>Neither the weights nor a metric: names, places, limits of time and cost.</summary>
    Nothing,

    /// <summary>Which images and rows are read. Counts only while the dataset's hash is unknown, which stands for them otherwise.</summary>
    Data,

    /// <summary>What is measured or logged, but not the weights.</summary>
    Metrics,

    /// <summary>The trained weights at a given step.</summary>
    Weights,
}
