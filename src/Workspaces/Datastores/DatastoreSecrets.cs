using System.Collections.Concurrent;
using Experiments.Plans;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.Datastores;

/// <summary>
/// Reads the key or SAS of a datastore's storage account from the workspace's key vault when KEY_VAULT_SECRET names it, otherwise from the
/// environment variable <c>DATASTORE_{NAME}_ACCOUNT_KEY</c> or <c>DATASTORE_{NAME}_SAS_TOKEN</c>, the name in upper case. Never a file.
/// </summary>
/// <param name="workspace">Connects to the workspace; called only for a secret of the key vault.</param>
/// <param name="read">Reads an environment variable; null: of this process.</param>
public sealed class DatastoreSecrets(Func<CancellationToken, Task<WorkspaceClient>> workspace, Func<string, string?>? read = null)
{
    private readonly ConcurrentDictionary<string, string> fromVault = new(StringComparer.Ordinal);

    /// <summary>Reads the secret of a datastore.</summary>
    /// <returns>The account key or SAS token; null when the environment variable is not set.</returns>
    /// <exception cref="WorkspaceException">The key vault refused or did not respond, or does not have the secret.</exception>
    public async Task<string?> FindAsync(DatastorePlan datastore, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(datastore);
        if (datastore.KeyVaultSecret is { } name)
        {
            if (fromVault.TryGetValue(name, out var known))
                return known;
            var secret = await (await workspace(cancellationToken)).KeyVault.ReadSecretAsync(
                name,
                $"DATASTORES.{datastore.Name}.KEY_VAULT_SECRET",
                cancellationToken
            );
            return fromVault[name] = secret.Trim();
        }

        var value = (read ?? Environment.GetEnvironmentVariable)(VariableOf(datastore));
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    /// <summary>Describes what holds the secret, as in "the environment variable X".</summary>
    public static string Describe(DatastorePlan datastore)
    {
        ArgumentNullException.ThrowIfNull(datastore);
        return datastore.KeyVaultSecret is { } name
            ? $"secret '{name}' of the workspace's key vault"
            : $"the environment variable {VariableOf(datastore)}";
    }

    private static string VariableOf(DatastorePlan datastore)
    {
        var name = string.Concat(datastore.Name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToUpperInvariant(letter) : '_'));
        return $"DATASTORE_{name}_{(datastore.Authentication == DatastoreAuthentication.Sas ? "SAS_TOKEN" : "ACCOUNT_KEY")}";
    }
}
