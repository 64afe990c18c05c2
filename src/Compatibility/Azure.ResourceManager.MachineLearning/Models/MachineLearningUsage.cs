using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Holds how much of one quota is used, and its limit.</summary>
public partial class MachineLearningUsage
{
    internal MachineLearningUsage() { }

    /// <summary>Gets the ARM id. It is below a workspace for the share of that workspace.</summary>
    public string? Id { get; private init; }

    public string? AmlWorkspaceLocation { get; private init; }

    /// <summary>Resource type, as in <c>Microsoft.MachineLearningServices/vmFamily/usages</c>.</summary>
    public string? UsageType { get; private init; }

    public MachineLearningUsageUnit? Unit { get; private init; }

    public long? CurrentValue { get; private init; }

    /// <summary>-1: without limit.</summary>
    public long? Limit { get; private init; }

    public MachineLearningUsageName? Name { get; private init; }

    internal static MachineLearningUsage Read(JsonElement json) =>
        new()
        {
            Id = json.Text("id"),
            AmlWorkspaceLocation = json.Text("amlWorkspaceLocation"),
            UsageType = json.Text("type"),
            Unit = json.Value("unit", static text => new MachineLearningUsageUnit(text)),
            CurrentValue = json.Int64("currentValue"),
            Limit = json.Int64("limit"),
            Name = json.Model("name", MachineLearningUsageName.Read),
        };
}
