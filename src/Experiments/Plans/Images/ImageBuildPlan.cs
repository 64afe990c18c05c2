namespace Experiments.Plans.Images;

/// <summary>The build of this project's image, and the tag that follows from its inputs.</summary>
/// <param name="Dockerfile">Relative to the repository, which is the build context; forward slashes.</param>
/// <param name="Arguments">Build arguments that were given. The Dockerfile has defaults for the others.</param>
/// <param name="InputsHash">SHA-256 over all inputs, 64 hex digits.</param>
/// <param name="Tag">The content tag, <c>sha-</c> and 20 hex digits.</param>
public sealed record ImageBuildPlan(string Dockerfile, IReadOnlyDictionary<string, string> Arguments, string InputsHash, string Tag);
