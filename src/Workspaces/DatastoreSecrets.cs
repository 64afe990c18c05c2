using Experiments;

namespace Workspaces;

/// <summary>Where the key or SAS of a datastore's storage account comes from: never from a file of the repository.</summary>
public interface IDatastoreSecrets
{
    /// <returns>The account key or SAS token; null when there is none.</returns>
    string? Find(DatastorePlan datastore);

    /// <summary>What a person sets for <see cref="Find"/> to find it, as in "the environment variable X".</summary>
    string Describe(DatastorePlan datastore);
}

/// <summary>Secrets in environment variables: <c>DATASTORE_{NAME}_ACCOUNT_KEY</c> and <c>DATASTORE_{NAME}_SAS_TOKEN</c>, the name in upper case.</summary>
/// <param name="read">Reads a variable; the process's environment when null.</param>
public sealed class EnvironmentDatastoreSecrets(Func<string, string?>? read = null) : IDatastoreSecrets
{
    public string? Find(DatastorePlan datastore)
    {
        var value = (read ?? Environment.GetEnvironmentVariable)(VariableOf(datastore));
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    public string Describe(DatastorePlan datastore) => $"the environment variable {VariableOf(datastore)}";

    private static string VariableOf(DatastorePlan datastore)
    {
        ArgumentNullException.ThrowIfNull(datastore);
        var name = string.Concat(datastore.Name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToUpperInvariant(letter) : '_'));
        return $"DATASTORE_{name}_{(datastore.Authentication == DatastoreAuthentication.Sas ? "SAS_TOKEN" : "ACCOUNT_KEY")}";
    }
}
