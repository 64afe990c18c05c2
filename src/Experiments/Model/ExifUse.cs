using System.Text.Json.Serialization;

namespace Experiments.Model;

/// <summary>What the EXIF orientation of an image does when nothing else tells which pixels its boxes belong to.</summary>
public enum ExifUse
{
    [JsonStringEnumMemberName("apply")]
    Apply,

    [JsonStringEnumMemberName("ignore")]
    Ignore,
}
