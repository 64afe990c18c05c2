using System.Text.Json.Serialization;

namespace Experiments.Model;

/// <summary>What faulty rows of a dataset do: end the run, be left out of it, or end it unless a box only overshoots a little.</summary>
public enum BadRows
{
    [JsonStringEnumMemberName("fail")]
    Fail,

    [JsonStringEnumMemberName("drop")]
    Drop,

    [JsonStringEnumMemberName("clip")]
    Clip,
}
