using System.Text.Json.Serialization;

namespace Experiments.Model;

/// <summary>How training images are varied: not at all, mirrored, or mirrored and shifted in colour.</summary>
public enum Augmentation
{
    [JsonStringEnumMemberName("none")]
    None,

    [JsonStringEnumMemberName("flip")]
    Flip,

    [JsonStringEnumMemberName("flip_color")]
    FlipColor,
}
