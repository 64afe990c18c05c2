using System.Text.Json.Serialization;

namespace Reports.Records;

/// <summary>The comparison of a metric with the baseline's: whether the 95 % interval of the difference excludes 0.</summary>
public enum Word
{
    [JsonStringEnumMemberName("better")]
    Better,

    [JsonStringEnumMemberName("worse")]
    Worse,

    [JsonStringEnumMemberName("notDistinguishable")]
    NotDistinguishable,
}
