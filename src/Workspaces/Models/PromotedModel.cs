using Workspaces.Connection;

namespace Workspaces.Models;

/// <summary>The result of a promotion.</summary>
/// <param name="Version">The version with its stage.</param>
/// <param name="Before">The stage that it had before; null when it had none.</param>
/// <param name="Former">The versions that lost the stage.</param>
/// <param name="Change">Updated, or Unchanged when the version alone had the stage already.</param>
public sealed record PromotedModel(ModelVersion Version, string? Before, IReadOnlyList<ModelVersion> Former, StageChange Change);
