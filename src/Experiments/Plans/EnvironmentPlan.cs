namespace Experiments.Plans;

/// <summary>The Azure ML environment of a job: an image under a name and a version that follows from the image.</summary>
/// <param name="Name">Environment name, <c>detection</c>.</param>
/// <param name="Version">Derived by hash from <paramref name="Image"/>: one image, one version.</param>
/// <param name="Image">Image reference, <c>registry/repository:tag</c> or <c>…@sha256:…</c>.</param>
public sealed record EnvironmentPlan(string Name, string Version, string Image);
