namespace Workspaces.Deployments;

/// <summary>A deployment that succeeded.</summary>
/// <param name="Outputs">Its outputs that are texts, by name.</param>
public sealed record DeploymentOutcome(IReadOnlyDictionary<string, string> Outputs);
