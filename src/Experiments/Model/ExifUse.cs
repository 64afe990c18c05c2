using System.Text.Json.Serialization;

namespace Experiments.Model;

/// <summary>Use of an image's EXIF orientation when nothing else tells which pixels its boxes belong to.</summary>
public enum ExifUse
{
    [JsonStringEnumMemberName("apply")]
    Apply,

    [JsonStringEnumMemberName("ignore")]
    Ignore,
}
