using System.Text.Json.Serialization;

namespace Experiments.Plans;

/// <summary>What carrying out a plan does to one resource.</summary>
public enum CallAction
{
    [JsonStringEnumMemberName("create")]
    Create,

    [JsonStringEnumMemberName("update")]
    Update,

    [JsonStringEnumMemberName("no-op")]
    NoOp,
}
