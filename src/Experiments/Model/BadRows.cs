using System.Text.Json.Serialization;

namespace Experiments.Model;

/// <summary>Handling of a dataset's faulty rows: end the run, drop them, or clip boxes that reach slightly outside.</summary>
public enum BadRows
{
    [JsonStringEnumMemberName("fail")]
    Fail,

    [JsonStringEnumMemberName("drop")]
    Drop,

    [JsonStringEnumMemberName("clip")]
    Clip,
}
