using System.Text.Json.Serialization;

namespace Experiments.Model;

/// <summary>Which values of an image of more than 8 bits become black and white.</summary>
public enum DepthUse
{
    [JsonStringEnumMemberName("range")]
    Range,

    [JsonStringEnumMemberName("percentiles")]
    Percentiles,
}
