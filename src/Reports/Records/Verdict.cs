using System.Text.Json.Serialization;

namespace Reports.Records;

/// <summary>The verdict on a run as a whole: the word of <c>eval_mAP</c>, or the reason why it has no word.</summary>
public enum Verdict
{
    [JsonStringEnumMemberName("better")]
    Better,

    [JsonStringEnumMemberName("worse")]
    Worse,

    /// <summary>The interval of the difference includes 0.</summary>
    [JsonStringEnumMemberName("notDistinguishable")]
    NotDistinguishable,

    /// <summary>The baseline was not evaluated on the same test images.</summary>
    [JsonStringEnumMemberName("notPaired")]
    NotPaired,

    [JsonStringEnumMemberName("noBaseline")]
    NoBaseline,

    /// <summary>The job failed or was cancelled.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}
