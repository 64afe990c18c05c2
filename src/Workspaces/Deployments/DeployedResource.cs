using Workspaces.Deployments.Requests;

namespace Workspaces.Deployments;

/// <summary>One resource of a resource group.</summary>
/// <param name="Id">ARM id.</param>
/// <param name="Location">Azure region; null for a resource without one.</param>
/// <param name="Environment">Name of the environment in its tag; null for a resource that Provision did not make.</param>
public sealed record DeployedResource(string Id, string? Location, string? Environment)
{
    public string Type => ResourceNames.TypeOf(Id);

    public string Name => ResourceNames.NameOf(Id);
}
