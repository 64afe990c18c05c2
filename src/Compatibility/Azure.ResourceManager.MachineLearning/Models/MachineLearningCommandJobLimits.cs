using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Limits a command job.</summary>
public partial class MachineLearningCommandJobLimits : MachineLearningJobLimits
{
    public MachineLearningCommandJobLimits()
        : base("Command") { }

    internal static MachineLearningCommandJobLimits Read(JsonElement json) => new() { Timeout = json.Duration("timeout") };
}
