using System.Text.Json.Serialization;

namespace Experiments.Plans;

/// <summary>What carrying a plan out does to one thing.</summary>
public enum CallAction
{
    [JsonStringEnumMemberName("create")]
    Create,

    [JsonStringEnumMemberName("update")]
    Update,

    [JsonStringEnumMemberName("no-op")]
    NoOp,
}
