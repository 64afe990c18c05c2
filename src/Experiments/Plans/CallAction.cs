using System.Text.Json.Serialization;

namespace Experiments.Plans;

/// <summary>The effect of a plan on one resource.</summary>
public enum CallAction
{
    [JsonStringEnumMemberName("create")]
    Create,

    [JsonStringEnumMemberName("update")]
    Update,

    [JsonStringEnumMemberName("no-op")]
    NoOp,
}
