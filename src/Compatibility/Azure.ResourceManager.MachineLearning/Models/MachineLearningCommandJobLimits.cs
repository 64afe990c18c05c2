using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>When a command job is stopped.</summary>
public partial class MachineLearningCommandJobLimits : MachineLearningJobLimits
{
    public MachineLearningCommandJobLimits()
        : base("Command") { }

    internal static MachineLearningCommandJobLimits Read(JsonElement json) => new() { Timeout = json.Duration("timeout") };
}
