using Azure.Core.Pipeline;
using Azure.ResourceManager.MachineLearning;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Connection;

/// <summary>Reads secrets of the workspace's key vault.</summary>
/// <param name="arm">Pipeline with tokens for Azure Resource Manager.</param>
/// <param name="vault">Pipeline with tokens for key vaults.</param>
/// <param name="armEndpoint">Endpoint of Azure Resource Manager.</param>
/// <param name="workspace">Data of the workspace, which names its vault.</param>
internal sealed class KeyVaultClient(
    HttpPipeline arm,
    HttpPipeline vault,
    Uri armEndpoint,
    AsyncLazy<MachineLearningWorkspaceData> workspace
)
{
    private const string VaultVersion = "2023-07-01";
    private const string SecretVersion = "7.4";

    /// <summary>Reads the current value of a secret.</summary>
    /// <param name="name">Name of the secret.</param>
    /// <param name="where">Configuration key that names the secret, for messages.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="WorkspaceException">The vault or the secret does not exist or cannot be read, or the service did not respond. The
    /// message never holds the secret.</exception>
    public async Task<string> ReadSecretAsync(string name, string where, CancellationToken cancellationToken)
    {
        var data = await workspace.GetAsync(cancellationToken);
        if (data.KeyVault is not { } vaultId)
        {
            throw new WorkspaceException(
                $"{where} is \"{name}\", and workspace '{data.Name}' has no key vault; the workspace must have one, or the key "
                    + "must be removed."
            );
        }

        var vaultName = vaultId[(vaultId.LastIndexOf('/') + 1)..];
        var uri = await ExplainAsync(
            () => GetAsync(arm, armEndpoint, vaultId, VaultVersion, "vaultUri", cancellationToken),
            _ =>
                $"key vault '{vaultName}' cannot be read by the signed-in identity, which must have the role 'Reader' there: "
                + $"`az role assignment create --role Reader --assignee <who> --scope {vaultId}`."
        );
        return await ExplainAsync(
            () => GetAsync(vault, new Uri(uri), $"secrets/{name}", SecretVersion, "value", cancellationToken),
            status =>
                status == 404
                    ? $"key vault '{vaultName}' has no secret '{name}'; the secret must exist: `az keyvault secret set "
                        + $"--vault-name {vaultName} --name {name} --value \"$(az storage account keys list --account-name "
                        + "<account> --query '[0].value' --output tsv)\"`."
                    : $"secret '{name}' of key vault '{vaultName}' cannot be read by the signed-in identity, which must have the "
                        + "role 'Key Vault Secrets User' there: `az role assignment create --role \"Key Vault Secrets User\" "
                        + $"--assignee <who> --scope {vaultId}`."
        );

        async Task<string> ExplainAsync(Func<Task<string>> read, Func<int?, string> explain)
        {
            try
            {
                return await ServiceErrors.GuardAsync(read, cancellationToken);
            }
            catch (WorkspaceException error) when (error.Status is 401 or 403 or 404)
            {
                // A remedy from the response itself, such as a firewall or a missing role, is more exact than one from the status.
                var explained = error.Message == error.Answer ? $"{explain(error.Status)} {error.Answer}" : error.Message;
                throw new WorkspaceException($"{where} is \"{name}\", and {explained}", error.Status, error.ErrorCode);
            }
        }
    }

    private static async Task<string> GetAsync(
        HttpPipeline pipeline,
        Uri address,
        string path,
        string apiVersion,
        string member,
        CancellationToken cancellationToken
    )
    {
        using var message = pipeline.CreateGet(address, path, ("api-version", apiVersion));
        var text = await pipeline.ReadJsonAsync(
            message,
            body => body.Text(member) ?? (body.TryGetProperty("properties", out var properties) ? properties.Text(member) : null),
            cancellationToken
        );
        return text
            ?? throw new WorkspaceException($"GET {Secrets.Show(message.Request.Uri.ToUri())} returned a response without {member}.");
    }
}
