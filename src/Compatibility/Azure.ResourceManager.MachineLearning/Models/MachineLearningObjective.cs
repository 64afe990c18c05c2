using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>The metric by which the trials of a sweep are compared.</summary>
public partial class MachineLearningObjective : IJsonWritable
{
    /// <param name="goal">Whether more is better.</param>
    /// <param name="primaryMetric">Name of the metric, as the trials log it.</param>
    public MachineLearningObjective(MachineLearningGoal goal, string primaryMetric)
    {
        ArgumentNullException.ThrowIfNull(primaryMetric);
        Goal = goal;
        PrimaryMetric = primaryMetric;
    }

    public MachineLearningGoal Goal { get; set; }

    public string PrimaryMetric { get; set; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("goal", Goal.ToString());
        writer.WriteString("primaryMetric", PrimaryMetric);
    }

    internal static MachineLearningObjective Read(JsonElement json) =>
        new(json.Text("goal") ?? string.Empty, json.Text("primaryMetric") ?? string.Empty);
}
