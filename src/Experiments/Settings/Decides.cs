namespace Experiments.Settings;

/// <summary>The part of the result that the value of an exp_config key decides.</summary>
public enum Decides
{
    /// <summary>Neither the weights nor a metric: names, places, limits of time and cost.</summary>
    Nothing,

    /// <summary>The images and rows that are read. Counts only while the dataset's hash is unknown; a known hash replaces it.</summary>
    Data,

    /// <summary>The metrics and logs, but not the weights.</summary>
    Metrics,

    /// <summary>The trained weights at a given step.</summary>
    Weights,
}
