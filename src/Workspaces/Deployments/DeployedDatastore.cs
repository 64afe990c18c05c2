namespace Workspaces.Deployments;

/// <summary>A datastore of a deployed workspace.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Account">Storage account.</param>
/// <param name="Container">Blob container.</param>
/// <param name="Folder">The folder that stands for the container in an emulated workspace; null in Azure.</param>
public sealed record DeployedDatastore(string Name, string Account, string Container, string? Folder);
