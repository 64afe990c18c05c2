using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Names what a usage counts.</summary>
public partial class MachineLearningUsageName
{
    internal MachineLearningUsageName() { }

    public string? Value { get; private init; }

    public string? LocalizedValue { get; private init; }

    internal static MachineLearningUsageName Read(JsonElement json) =>
        new() { Value = json.Text("value"), LocalizedValue = json.Text("localizedValue") };
}
