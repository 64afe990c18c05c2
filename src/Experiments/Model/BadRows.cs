using System.Text.Json.Serialization;

namespace Experiments.Model;

/// <summary>What faulty rows of a dataset do: end the run, or be left out of it.</summary>
public enum BadRows
{
    [JsonStringEnumMemberName("fail")]
    Fail,

    [JsonStringEnumMemberName("drop")]
    Drop,
}
