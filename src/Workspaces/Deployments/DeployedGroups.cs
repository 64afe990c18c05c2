using System.Text.Json;
using Azure.Core;
using Workspaces.Deployments.Requests;
using Workspaces.Errors;

namespace Workspaces.Deployments;

/// <summary>Reads and deletes resource groups that Provision made.</summary>
/// <param name="client">The subscription.</param>
public sealed class DeployedGroups(SubscriptionClient client)
{
    private const string Version = "2021-04-01";
    private const string WorkspaceType = "Microsoft.MachineLearningServices/workspaces";
    private const string WorkspaceVersion = "2024-10-01";
    private const string VaultType = "Microsoft.KeyVault/vaults";
    private const string VaultVersion = "2023-07-01";

    /// <summary>Finds a resource group with its resources.</summary>
    /// <returns>Null when it does not exist.</returns>
    /// <exception cref="WorkspaceException">It may not be read, or the service did not respond.</exception>
    public async Task<DeployedGroup?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        var answer = await client.Requests.SendAsync(RequestMethod.Get, path, Version, null, cancellationToken, 200, 404);
        if (answer.Status == 404)
            return null;
        var resources = await client.Requests.ListAsync(path + "/resources", Version, cancellationToken);
        return new DeployedGroup(
            name,
            TagOf(answer.Body),
            [
                .. resources
                    .Select(resource => new DeployedResource(
                        DeploymentJson.Text(resource, "id") ?? "",
                        DeploymentJson.Text(resource, "location"),
                        TagOf(resource)
                    ))
                    .OrderBy(resource => resource.Id, StringComparer.OrdinalIgnoreCase),
            ]
        );
    }

    /// <summary>Deletes a resource group with everything in it, and frees the names that deleted resources keep.</summary>
    /// <param name="group">The group.</param>
    /// <param name="deployment">Name of the deployment, whose record is deleted too.</param>
    /// <param name="progress">Receives a line for each step.</param>
    /// <param name="cancellationToken">Cancels the wait; the service continues what it has begun.</param>
    /// <exception cref="WorkspaceException">The service refused or failed.</exception>
    public async Task DeleteAsync(DeployedGroup group, string deployment, IProgress<string> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(progress);
        // A workspace that is deleted with its group keeps its name for days unless it was purged before.
        foreach (var workspace in group.Resources.Where(resource => Is(resource, WorkspaceType)))
        {
            await DeleteWorkspaceAsync(workspace, cancellationToken);
            progress.Report($"purged: workspace {workspace.Name}");
        }

        var answer = await client.Requests.SendAsync(
            RequestMethod.Delete,
            PathOf(group.Name),
            Version,
            null,
            cancellationToken,
            200,
            202,
            204,
            404
        );
        await client.FinishAsync(answer, $"The deletion of resource group '{group.Name}'", cancellationToken);
        progress.Report($"deleted: resource group {group.Name}");
        foreach (var vault in group.Resources.Where(resource => Is(resource, VaultType)))
            progress.Report(await PurgeVaultAsync(vault, cancellationToken));
        await client.ForgetAsync(deployment, cancellationToken);
        progress.Report($"deleted: record of deployment {deployment}");
    }

    private async Task DeleteWorkspaceAsync(DeployedResource workspace, CancellationToken cancellationToken)
    {
        var answer = await client.Requests.SendAsync(
            RequestMethod.Delete,
            $"{workspace.Id}?forceToPurge=true",
            WorkspaceVersion,
            null,
            cancellationToken,
            200,
            202,
            204
        );
        await client.FinishAsync(answer, $"The deletion of workspace '{workspace.Name}'", cancellationToken);
    }

    private async Task<string> PurgeVaultAsync(DeployedResource vault, CancellationToken cancellationToken)
    {
        var path =
            $"{client.SubscriptionPath}/providers/Microsoft.KeyVault/locations/{Uri.EscapeDataString(vault.Location ?? "")}/deletedVaults/"
            + Uri.EscapeDataString(vault.Name);
        var found = await client.Requests.SendAsync(RequestMethod.Get, path, VaultVersion, null, cancellationToken, 200, 404);
        if (found.Status == 404)
            return $"deleted: key vault {vault.Name}";
        if (found.Body.Member("properties").Member("purgeProtectionEnabled").ValueKind == JsonValueKind.True)
        {
            var date = DeploymentJson.Text(found.Body.Member("properties"), "scheduledPurgeDate");
            return $"kept: key vault {vault.Name} has purge protection; its name is free after {date ?? "its retention"}";
        }

        var answer = await client.Requests.SendAsync(
            RequestMethod.Post,
            path + "/purge",
            VaultVersion,
            null,
            cancellationToken,
            200,
            202,
            204,
            404
        );
        await client.FinishAsync(answer, $"The purge of key vault '{vault.Name}'", cancellationToken);
        return $"purged: key vault {vault.Name}";
    }

    private string PathOf(string group) => $"{client.SubscriptionPath}/resourceGroups/{Uri.EscapeDataString(group)}";

    private static string? TagOf(JsonElement resource) => DeploymentJson.Text(resource.Member("tags"), DeployedGroup.Tag);

    private static bool Is(DeployedResource resource, string type) => resource.Type.Equals(type, StringComparison.OrdinalIgnoreCase);
}
