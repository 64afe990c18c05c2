namespace Workspaces.Deployments;

/// <summary>A resource group that Provision made, with its resources.</summary>
/// <param name="Name">Name of the group.</param>
/// <param name="Environment">Name of the environment in its tag; null when Provision did not make it.</param>
/// <param name="Resources">The resources of the group.</param>
public sealed record DeployedGroup(string Name, string? Environment, IReadOnlyList<DeployedResource> Resources)
{
    /// <summary>Tag by which Provision marks what it makes.</summary>
    public const string Tag = "model-training";
}
