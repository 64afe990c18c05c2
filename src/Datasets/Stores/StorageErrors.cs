using System.Net.Sockets;
using Azure;
using Azure.Identity;
using Experiments.Model;
using Experiments.Plans;
using Workspaces.Errors;

namespace Datasets.Stores;

/// <summary>The access that a call needs.</summary>
internal enum StorageAccess
{
    Read,
    Write,
}

/// <summary>Explains errors of a storage account: what was found, the rule, and the command that fixes it.</summary>
/// <param name="datastore">The datastore of the account.</param>
/// <param name="findCaller">
/// Describes the caller, as in <c>the account key in the environment variable X</c>; called only after an error.
/// </param>
/// <param name="credential">How the caller authenticates.</param>
internal sealed class StorageErrors(
    DatastorePlan datastore,
    Func<CancellationToken, Task<string>> findCaller,
    DatastoreAuthentication credential
)
{
    private bool IsShare => datastore.Kind == DatastoreKind.AzureFile;

    private string Kind => IsShare ? "file share" : "container";

    /// <summary>Describes the container or share in messages.</summary>
    public string Container => $"{Kind} '{datastore.Container}' of storage account '{datastore.Account}'";

    /// <summary>Runs a call and rethrows its errors.</summary>
    /// <exception cref="WorkspaceException">The storage denied the call, failed or did not respond.</exception>
    public async Task<T> GuardAsync<T>(StorageAccess access, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception error) when (error is not WorkspaceException && ServiceErrors.Describe(error, cancellationToken) is not null)
        {
            var general = ServiceErrors.Describe(error, cancellationToken)!;
            if (error is AuthenticationFailedException)
                throw general;
            var caller = general.Status is 401 or 403 ? await findCaller(cancellationToken) : "";
            throw Explain(error, general, access, caller) is { } explained
                ? new WorkspaceException($"DATASTORES.{datastore.Name}: {explained} {general.Answer}", general.Status, general.ErrorCode)
                : general;
        }
    }

    private string? Explain(Exception error, WorkspaceException general, StorageAccess access, string caller) =>
        (general.Status, CodeOf(error, general)) switch
        {
            (404, "ContainerNotFound" or "ShareNotFound" or "ContainerBeingDeleted" or "ShareBeingDeleted") => NoContainer(),
            (401, _) => $"{caller} is not accepted by storage account '{datastore.Account}'; it must be of the account's tenant: `az "
                + "login --tenant <tenant>`.",
            (403, "AuthenticationFailed") => WrongSecret(caller),
            // A storage emulator has no firewall and returns this code for a wrong key.
            (403, "AuthorizationFailure") when datastore.EndpointSuffix.Contains('/', StringComparison.Ordinal) => WrongSecret(caller),
            (403, "KeyBasedAuthenticationNotPermitted") =>
                $"storage account '{datastore.Account}' takes no keys; AUTH must be identity, or the account must allow them: "
                    + $"`az storage account update --name {datastore.Account} --allow-shared-key-access true`.",
            (403, "AuthorizationFailure" or "IpAuthorizationError" or "AuthorizationSourceIPMismatch") => Firewall(),
            (403, _) => NoPermission(access, caller),
            (null, _) when IsUnknownHost(error) =>
                $"storage account '{datastore.Account}' is not found: its address is unknown. ACCOUNT must name an existing one "
                    + "(`az storage account list --query \"[].name\"`), and ENDPOINT its domain; one with a private endpoint alone is "
                    + "known only inside its network.",
            (null, _) => $"storage account '{datastore.Account}' does not respond; it must be reachable from here. In a private network, "
                + $"run from inside it{LeaveToJob}.",
            _ => null,
        };

    private const string LeaveToJob = ", or leave the dataset to the job: --read-dataset=false";

    private string NoContainer()
    {
        var key = IsShare ? "FILE_SHARE" : "CONTAINER";
        var make = IsShare
            ? $"az storage share-rm create --storage-account {datastore.Account} --name {datastore.Container}"
            : $"az storage container create --account-name {datastore.Account} --name {datastore.Container} --auth-mode login";
        return $"{Kind} '{datastore.Container}' is not in storage account '{datastore.Account}'; {key} must name an existing one, or "
            + $"create it: `{make}`.";
    }

    private string WrongSecret(string caller) =>
        credential == DatastoreAuthentication.Sas
            ? $"{caller} is not valid for storage account '{datastore.Account}': it has expired, or was signed with a key that the "
                + $"account no longer has. It must be a current one: `{NewSas()}`."
            : $"{caller} is not one of storage account '{datastore.Account}'; it must be one of `az storage account keys list "
                + $"--account-name {datastore.Account}`.";

    private string Firewall() =>
        $"storage account '{datastore.Account}' does not admit this network; run from one that its firewall or private endpoint "
        + "admits, add this one "
        + $"(`az storage account network-rule add --account-name {datastore.Account} --ip-address <address>`){LeaveToJob}.";

    private string NoPermission(StorageAccess access, string caller)
    {
        if (credential == DatastoreAuthentication.Sas)
        {
            return $"{caller} does not allow to {(access == StorageAccess.Read ? "read and list" : "write")} {Container}; it must: "
                + $"`{NewSas()}`.";
        }

        var role = (IsShare, access) switch
        {
            (false, StorageAccess.Read) => "Storage Blob Data Reader",
            (false, _) => "Storage Blob Data Contributor",
            (true, StorageAccess.Read) => "Storage File Data Privileged Reader",
            (true, _) => "Storage File Data Privileged Contributor",
        };
        var scope =
            $"$(az storage account show --name {datastore.Account} --query id --output "
            + $"tsv)/{(IsShare ? "fileServices/default/fileshares" : "blobServices/default/containers")}/{datastore.Container}";
        return $"{caller} may not {(access == StorageAccess.Read ? "read" : "write")} {Container}; it must have the role '{role}' there: "
            + $"`az role assignment create --role \"{role}\" --assignee <who> --scope \"{scope}\"`.";
    }

    private string NewSas() =>
        $"az storage {(IsShare ? "share" : "container")} generate-sas --account-name {datastore.Account} --name "
        + $"{datastore.Container} --permissions racwdl --expiry <date> --output tsv";

    // A response to HEAD has no body; its code is in a header.
    private static string? CodeOf(Exception error, WorkspaceException general) =>
        (error as RequestFailedException)?.ErrorCode ?? general.ErrorCode;

    private static bool IsUnknownHost(Exception? error) =>
        error switch
        {
            null => false,
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => true,
            AggregateException several => several.InnerExceptions.Any(IsUnknownHost),
            _ => IsUnknownHost(error.InnerException),
        };
}
