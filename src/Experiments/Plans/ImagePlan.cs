using System.Text.Json.Serialization;

namespace Experiments.Plans;

/// <summary>The image a job runs in.</summary>
/// <param name="Repository">Registry and repository, as in <c>localhost:5000/model-training</c>.</param>
/// <param name="Tag">The content tag of an image that is built here; of another one its tag, null when it is named by digest alone.</param>
/// <param name="Digest"><c>sha256:…</c>; null until the image is built.</param>
/// <param name="Build">How it is made; null for an image that is used as it is.</param>
public sealed record ImagePlan(string Repository, string? Tag, string? Digest, ImageBuildPlan? Build)
{
    /// <summary><c>repository[:tag][@digest]</c>.</summary>
    [JsonIgnore]
    public string Reference => new ImageReference(Repository, Tag, Digest).ToString();
}
