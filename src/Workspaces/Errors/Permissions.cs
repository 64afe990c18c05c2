using System.Text.RegularExpressions;

namespace Workspaces.Errors;

/// <summary>Finds the role, and the scope to assign it on, that a refused request needs.</summary>
/// <remarks>
/// Source: Azure built-in roles, <see href="https://learn.microsoft.com/azure/role-based-access-control/built-in-roles"/>.
/// </remarks>
internal static partial class Permissions
{
    /// <summary>Placeholder when the response does not name the caller.</summary>
    public const string SomeIdentity = "The signed-in identity";

    // The first matching prefix of an action determines the role. Azure writes actions in any letter case.
    private static readonly (string Prefix, string Read, string Write)[] Roles =
    [
        ("Microsoft.MachineLearningServices/workspaces/computes/", "AzureML Data Scientist", "AzureML Compute Operator"),
        ("Microsoft.MachineLearningServices/workspaces/", "AzureML Data Scientist", "AzureML Data Scientist"),
        ("Microsoft.MachineLearningServices/", "Reader", "Contributor"),
        ("Microsoft.ContainerRegistry/registries/pull/", "AcrPull", "AcrPull"),
        ("Microsoft.ContainerRegistry/registries/push/", "AcrPush", "AcrPush"),
        ("Microsoft.ContainerRegistry/registries/artifacts/delete", "AcrDelete", "AcrDelete"),
        ("Microsoft.Storage/storageAccounts/blobServices/", "Storage Blob Data Reader", "Storage Blob Data Contributor"),
        (
            "Microsoft.Storage/storageAccounts/fileServices/",
            "Storage File Data Privileged Reader",
            "Storage File Data Privileged Contributor"
        ),
        (
            "Microsoft.Storage/storageAccounts/listKeys/",
            "Storage Account Key Operator Service Role",
            "Storage Account Key Operator Service Role"
        ),
        ("Microsoft.KeyVault/vaults/secrets/setSecret", "Key Vault Secrets Officer", "Key Vault Secrets Officer"),
        ("Microsoft.KeyVault/vaults/secrets/", "Key Vault Secrets User", "Key Vault Secrets User"),
        ("Microsoft.Authorization/roleAssignments/", "Role Based Access Control Administrator", "Role Based Access Control Administrator"),
        ("Microsoft.ManagedIdentity/userAssignedIdentities/", "Managed Identity Operator", "Managed Identity Operator"),
        ("", "Reader", "Contributor"),
    ];

    public static string? Explain(ErrorResponse response)
    {
        if (Refusal().Match(response.Text) is { Success: true } match)
        {
            var action = match.Groups["action"].Value;
            // A role is assigned on an existing resource: the workspace, not a job that is yet to be created.
            var scope = match.Groups["scope"].Value;
            return Explain(
                $"'{match.Groups["client"].Value}'",
                action,
                ErrorResponse.WorkspaceIn(scope) ?? scope,
                RoleFor(action),
                match.Groups["id"].Value
            );
        }

        if (VaultRefusal().Match(response.Text) is { Success: true } vault)
        {
            var action = vault.Groups["action"].Value;
            return Explain(SomeIdentity, action, vault.Groups["scope"].Value, RoleFor(action), vault.Groups["id"].Value);
        }

        if (LinkedRefusal().Match(response.Text) is { Success: true } linked)
        {
            var action = linked.Groups["action"].Value;
            return Explain(SomeIdentity, action, linked.Groups["scope"].Value, RoleFor(action), "<who>");
        }

        // The response names neither action nor scope: derive them from the request.
        if (response.Status is 401 or 403 && response.WorkspaceId is { } workspace)
        {
            var action = ActionOf(response);
            return Explain(SomeIdentity, action, workspace, RoleFor(action), "<who>");
        }

        return response.Status == 403 && StorageAccount().Match(response.Host) is { Success: true } account
            ? Storage(response, account.Groups["account"].Value, account.Groups["kind"].Value)
            : null;
    }

    internal static string RoleFor(string action)
    {
        var role = Array.Find(Roles, role => action.StartsWith(role.Prefix, StringComparison.OrdinalIgnoreCase));
        return action.EndsWith("/read", StringComparison.OrdinalIgnoreCase) ? role.Read : role.Write;
    }

    private static string Explain(string who, string action, string scope, string role, string assignee) =>
        $"{who} may not perform {action} on {scope}; it must have the role '{role}' there: `az role assignment create "
        + $"--role \"{role}\" --assignee {assignee} --scope {scope}`. A new role takes effect after some minutes.";

    private static string ActionOf(ErrorResponse response)
    {
        var below = response
            .Path[(response.Path.IndexOf(response.WorkspaceId!, StringComparison.Ordinal) + response.WorkspaceId!.Length)..]
            .Split('/', StringSplitOptions.RemoveEmptyEntries);
        var type = response.Path.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase) && below.Length > 0 ? below[0] : null;
        type ??=
            response.Path.StartsWith("/artifact/", StringComparison.OrdinalIgnoreCase) ? "artifacts"
            : below.Length > 0 || !response.Path.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase) ? "experiments/runs"
            : null;
        var verb = response.Request?.Method switch
        {
            "GET" or "HEAD" => "read",
            "DELETE" => "delete",
            "POST" => $"{below[^1]}/action",
            _ => "write",
        };
        return $"Microsoft.MachineLearningServices/workspaces{(type is null ? "" : $"/{type}")}/{verb}";
    }

    private static string Storage(ErrorResponse response, string account, string kind)
    {
        var role = RoleFor($"Microsoft.Storage/storageAccounts/{kind}Services/x/{(response.IsRead ? "read" : "write")}");
        return response.Is("KeyBasedAuthenticationNotPermitted")
            ? $"Storage account '{account}' does not accept an account key; its datastore must use an identity: set AUTH to "
                + "\"identity\" for it in the environment config."
            : $"{SomeIdentity} may not {(response.IsRead ? "read from" : "write to")} storage account '{account}'; it must have "
                + $"the role '{role}' there: "
                + $"`az role assignment create --role \"{role}\" --assignee <who> --scope $(az storage account show --name "
                + $"{account} --query id --output tsv)`. A new role takes effect after some minutes.";
    }

    // The client 'ada@example.org' with object id '1…' does not have authorization to perform action 'x/y/read' over scope
    // '/subscriptions/…' or the scope is invalid.
    [GeneratedRegex(
        "The client '(?<client>[^']+)' with object id '(?<id>[^']+)' does not have authorization to perform action "
            + "'(?<action>[^']+)' over scope '(?<scope>[^']+)'",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Refusal();

    // The client has permission to perform action 'x' on scope 'y'; however, it does not have permission to perform action(s) 'a' on the
    // linked scope(s) 'b'
    [GeneratedRegex(
        @"does not have permission to perform (the following )?action\(?s?\)? '(?<action>[^']+)' "
            + @"on the linked scope\(s\) '(?<scope>[^',]+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex LinkedRefusal();

    // Caller is not authorized to perform action on resource. … Caller: appid=1;oid=2;iss=3 Action: 'x/y/action' Resource:
    // '/subscriptions/…/vaults/v/secrets/s' Assignment: (not found)
    [GeneratedRegex(
        @"oid=(?<id>[^;\s]+).*Action: '(?<action>[^']+)'\s*Resource: '(?<scope>[^']*/vaults/[^/']+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex VaultRefusal();

    [GeneratedRegex(
        @"^(?<account>[a-z0-9]+)\.(?<kind>blob|file)\.",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex StorageAccount();
}
