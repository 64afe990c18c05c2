using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WorkspaceEmulator.Deployments.Templates;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Deployments.Resources;

/// <summary>Lists the resource types that can be deployed. Any other type fails the deployment.</summary>
internal static partial class ResourceTypes
{
    public const string Group = "Microsoft.Resources/resourceGroups";
    public const string Workspace = "Microsoft.MachineLearningServices/workspaces";
    public const string Compute = Workspace + "/computes";
    public const string Datastore = Workspace + "/datastores";
    public const string Vault = "Microsoft.KeyVault/vaults";
    public const string RoleAssignment = "Microsoft.Authorization/roleAssignments";
    private const string Account = "Microsoft.Storage/storageAccounts";
    private const string Identity = "Microsoft.ManagedIdentity/userAssignedIdentities";
    private const string Credential = Identity + "/federatedIdentityCredentials";
    private const string Component = "Microsoft.Insights/components";
    private const string Logs = "Microsoft.OperationalInsights/workspaces";
    private const string Registry = "Microsoft.ContainerRegistry/registries";
    private const int MostNotifications = 5;

    private static readonly Dictionary<string, ResourceType> Types = new ResourceType[]
    {
        new(Group, GroupName()) { IsTracked = true },
        new(Identity, IdentityName()) { IsTracked = true, Complete = CompleteIdentity },
        new(Credential, CredentialName()) { FindFault = FindFaultOfCredential },
        new(RoleAssignment, GuidName()) { FindFault = FindFaultOfAssignment },
        new(Registry, RegistryName())
        {
            IsTracked = true,
            IsGlobal = true,
            FindFault = FindFaultOfRegistry,
            Complete = (_, around) => new JsonObject { ["loginServer"] = around.Registry },
        },
        new(Account, AccountName())
        {
            IsTracked = true,
            IsGlobal = true,
            FindFault = (request, _) => Missing(request.Body, "kind") ?? Missing(request.Body.Object("sku"), "name", "sku."),
            Complete = (request, _) =>
                new JsonObject { ["primaryEndpoints"] = new JsonObject { ["blob"] = $"https://{request.OwnName}.blob.core.windows.net/" } },
        },
        new(Account + "/blobServices", DefaultName()),
        new(Account + "/blobServices/containers", ContainerName()),
        new(Vault, VaultName())
        {
            IsTracked = true,
            IsGlobal = true,
            FindFault = FindFaultOfVault,
            Complete = (request, around) =>
                new JsonObject { ["vaultUri"] = new Uri(around.Endpoint, $"keyvault/{request.OwnName}/").AbsoluteUri },
        },
        new(Logs, LogsName()) { IsTracked = true },
        new(Component, ComponentName())
        {
            IsTracked = true,
            FindFault = (request, around) => MissingResource(request.Body.Object("properties"), "WorkspaceResourceId", around),
        },
        new("Microsoft.Consumption/budgets", BudgetName()) { FindFault = FindFaultOfBudget },
        new(Workspace, WorkspaceName()) { IsTracked = true, FindFault = FindFaultOfWorkspace },
        new(Compute, ComputeName()) { IsTracked = true, FindFault = FindFaultOfIdentity },
        new(Datastore, DatastoreName()),
    }.ToDictionary(type => type.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the names of all types, for the documentation.</summary>
    public static IEnumerable<string> Names => Types.Keys.Order(StringComparer.Ordinal);

    /// <summary>Checks a resource and returns the properties that the service adds.</summary>
    /// <exception cref="TemplateException">The resource is refused.</exception>
    public static JsonObject Complete(ResourceRequest request, ResourceSurroundings around)
    {
        if (!Types.TryGetValue(request.Type, out var type))
        {
            throw new TemplateException(
                $"The resource type '{request.Type}' is not emulated; docs/emulator.md names the types that are.",
                "NotEmulated"
            );
        }

        if (!type.NamePattern.IsMatch(request.OwnName))
        {
            throw new TemplateException(
                $"'{request.OwnName}' is no name of a {type.Name}; it must match {type.NamePattern}.",
                "InvalidResourceName"
            );
        }
        if (type.IsTracked && request.Body.Text("location") is not { Length: > 0 })
            throw new TemplateException($"The resource '{request.Id}' has no location; it must have one.", "LocationRequired");
        CheckSurroundings(type, request, around);
        if (type.FindFault(request, around) is { } fault)
            throw new TemplateException($"The resource '{request.Id}' is refused: {fault}", "InvalidRequestContent");
        return type.Complete(request, around);
    }

    private static void CheckSurroundings(ResourceType type, ResourceRequest request, ResourceSurroundings around)
    {
        if (request.ParentId is { } parent && !around.Exists(parent))
        {
            throw new TemplateException(
                $"Can not perform requested operation on nested resource. Parent resource '{parent}' not found.",
                "ParentResourceNotFound"
            );
        }
        if (request.ExtendedId is { } extended && !around.Exists(extended))
            throw new TemplateException($"The resource '{extended}', which '{request.Id}' extends, was not found.", "ResourceNotFound");
        if (GroupOf(request.Id) is { } group && type.Name != Group && !around.Exists(group))
        {
            throw new TemplateException(
                $"Resource group '{group[(group.LastIndexOf('/') + 1)..]}' could not be found.",
                "ResourceGroupNotFound"
            );
        }
        if (
            type.IsGlobal
            && around.OfType(type.Name).FirstOrDefault(other => Same((string?)other["name"], request.Name)) is { } taken
            && !Same((string?)taken["id"], request.Id)
        )
        {
            throw new TemplateException($"The name '{request.Name}' is already taken by '{taken["id"]}'.", "NameAlreadyTaken");
        }
    }

    /// <summary>Returns the id of the resource group of a resource; null when it is in none.</summary>
    public static string? GroupOf(string id)
    {
        var parts = id.Split('/');
        return parts.Length > 4 && Same(parts[3], "resourceGroups") ? string.Join('/', parts[..5]) : null;
    }

    private static bool Same(string? one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static string? Missing(JsonNode? of, string member, string prefix = "") =>
        of.Text(member) is { Length: > 0 } ? null : $"{prefix}{member} is missing.";

    private static string? MissingResource(JsonNode? of, string member, ResourceSurroundings around) =>
        of.Text(member) is not { } id ? $"properties.{member} is missing."
        : around.Exists(id) ? null
        : $"properties.{member} names '{id}', which does not exist.";

    private static JsonObject CompleteIdentity(ResourceRequest request, ResourceSurroundings around) =>
        new()
        {
            ["principalId"] = StandIns.Guid(["principal", request.Id.ToLowerInvariant()]),
            ["clientId"] = StandIns.Guid(["client", request.Id.ToLowerInvariant()]),
            ["tenantId"] = DeploymentScope.TenantId,
        };

    private static string? FindFaultOfCredential(ResourceRequest request, ResourceSurroundings around)
    {
        var properties = request.Body.Object("properties");
        if ((Missing(properties, "issuer", "properties.") ?? Missing(properties, "subject", "properties.")) is { } missing)
            return missing;
        if (properties.Array("audiences") is not [_])
            return "properties.audiences must have exactly one entry.";
        var twin = around
            .OfType(Credential)
            .FirstOrDefault(other =>
                ((string)other["id"]!).StartsWith(request.ParentId! + "/", StringComparison.OrdinalIgnoreCase)
                && !Same((string?)other["id"], request.Id)
                && other["properties"].Text("issuer") == properties.Text("issuer")
                && other["properties"].Text("subject") == properties.Text("subject")
            );
        return twin is null ? null : $"issuer and subject are those of '{twin["name"]}'; they must be unique within an identity.";
    }

    private static string? FindFaultOfAssignment(ResourceRequest request, ResourceSurroundings around)
    {
        var properties = request.Body.Object("properties");
        var (role, principal) = (properties.Text("roleDefinitionId") ?? "", properties.Text("principalId") ?? "");
        if (!BuiltInRoles.Names.ContainsKey(role[(role.LastIndexOf('/') + 1)..]))
            return $"RoleDefinitionDoesNotExist: '{role}' is no built-in role that the emulator knows.";
        if (!around.OfType(Identity).Any(identity => Same(identity["properties"].Text("principalId"), principal)))
            return $"PrincipalNotFound: no identity has the object id '{principal}'.";
        if (properties.Text("condition") is not null != properties.Text("conditionVersion") is not null)
            return "condition and conditionVersion must be given together.";
        foreach (var other in around.OfType(RoleAssignment))
        {
            var isSame =
                Same(other["properties"].Text("roleDefinitionId"), role) && Same(other["properties"].Text("principalId"), principal);
            if (Same((string?)other["id"], request.Id))
            {
                if (!isSame)
                    return "RoleAssignmentUpdateNotPermitted: role and principal of an assignment cannot change.";
            }
            else if (isSame && Same(ScopeOf((string)other["id"]!), ScopeOf(request.Id)))
            {
                return $"RoleAssignmentExists: '{other["name"]}' is the same assignment under another name.";
            }
        }

        return null;
    }

    private static string ScopeOf(string assignment) =>
        assignment[..assignment.LastIndexOf("/providers/", StringComparison.OrdinalIgnoreCase)];

    private static string? FindFaultOfRegistry(ResourceRequest request, ResourceSurroundings around)
    {
        var sku = request.Body.Object("sku").Text("name");
        var mode = request.Body.Object("properties").Text("roleAssignmentMode");
        return sku is not ("Basic" or "Standard" or "Premium") ? $"sku.name is '{sku}'; it must be Basic, Standard or Premium."
            : mode is null or "LegacyRegistryPermissions" or "AbacRepositoryPermissions" ? null
            : $"properties.roleAssignmentMode is '{mode}'; it must be LegacyRegistryPermissions or AbacRepositoryPermissions.";
    }

    private static string? FindFaultOfVault(ResourceRequest request, ResourceSurroundings around)
    {
        var properties = request.Body.Object("properties");
        var isProtected = around
            .OfType(Vault)
            .Any(other => Same((string?)other["id"], request.Id) && other["properties"].Flag("enablePurgeProtection"));
        if (properties?["enablePurgeProtection"] is JsonValue value && value.TryGetValue<bool>(out var wanted) && !wanted)
            return "properties.enablePurgeProtection is false; it must be true or missing.";
        if (isProtected && !properties.Flag("enablePurgeProtection"))
            return "properties.enablePurgeProtection is true and cannot be turned off.";
        return Missing(properties, "tenantId", "properties.") ?? Missing(properties.Object("sku"), "name", "properties.sku.");
    }

    private static string? FindFaultOfBudget(ResourceRequest request, ResourceSurroundings around)
    {
        var properties = request.Body.Object("properties");
        var start = properties.Object("timePeriod").Text("startDate") ?? "";
        if (
            !DateOnly.TryParseExact(start.Split('T')[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            || date.Day != 1
        )
        {
            return $"properties.timePeriod.startDate is '{start}'; it must be the first day of a month, such as 2027-01-01.";
        }
        var existing = around.All.FirstOrDefault(other => Same((string?)other["id"], request.Id));
        if (existing is null && date < new DateOnly(around.Today.Year, around.Today.Month, 1))
            return $"properties.timePeriod.startDate is '{start}'; it must not be before the current month.";
        if (existing is not null && existing["properties"].Object("timePeriod").Text("startDate") != start)
            return "properties.timePeriod.startDate cannot change.";
        var notifications = properties.Object("notifications") ?? [];
        return notifications.Count > MostNotifications
                ? $"properties.notifications has {notifications.Count} entries; it must have at most 5."
            : notifications.Any(notification => notification.Value.Array("contactEmails") is not { Count: > 0 })
                ? "each of properties.notifications must have contactEmails."
            : null;
    }

    private static string? FindFaultOfWorkspace(ResourceRequest request, ResourceSurroundings around)
    {
        var properties = request.Body.Object("properties");
        foreach (var member in new[] { "storageAccount", "keyVault", "applicationInsights", "containerRegistry" })
        {
            if (member == "containerRegistry" && properties.Text(member) is null)
                continue; // The service makes one with the first image.
            if (MissingResource(properties, member, around) is { } fault)
                return fault;
        }

        if (request.Body.Object("identity").Text("type") == "UserAssigned" && properties.Text("primaryUserAssignedIdentity") is null)
            return "properties.primaryUserAssignedIdentity is missing; a workspace with user-assigned identities alone must have it.";
        return FindFaultOfIdentity(request, around);
    }

    private static string? FindFaultOfIdentity(ResourceRequest request, ResourceSurroundings around)
    {
        var identity = request.Body.Object("identity");
        if (identity is null)
            return null;
        var ids = (identity.Object("userAssignedIdentities") ?? []).Select(member => member.Key).ToList();
        if (identity.Text("type")?.Contains("UserAssigned", StringComparison.Ordinal) == true != ids.Count > 0)
            return $"identity.type is '{identity.Text("type")}' with {ids.Count} user-assigned identities.";
        return ids.Find(id => !around.Exists(id)) is { } missing ? $"identity names '{missing}', which does not exist." : null;
    }

    private const RegexOptions Plain = RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant;

    [GeneratedRegex(@"^[-\w._()]{1,90}\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex GroupName();

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IdentityName();

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9_-]{2,119}\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CredentialName();

    [GeneratedRegex(@"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex GuidName();

    [GeneratedRegex(@"^[a-zA-Z0-9]{5,50}\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RegistryName();

    [GeneratedRegex(@"^[a-z0-9]{3,24}\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AccountName();

    [GeneratedRegex(@"^default\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DefaultName();

    [GeneratedRegex(@"^[a-z0-9](-?[a-z0-9]){2,62}\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ContainerName();

    [GeneratedRegex(@"^[a-zA-Z](-?[a-zA-Z0-9]){2,23}\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VaultName();

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LogsName();

    [GeneratedRegex(@"^[^%&\\?/]{1,260}\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ComponentName();

    [GeneratedRegex(@"^[a-zA-Z0-9_-]{1,63}\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BudgetName();

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WorkspaceName();

    [GeneratedRegex(@"^[a-zA-Z][a-zA-Z0-9-]{0,30}[a-zA-Z0-9]\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ComputeName();

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}\z", Plain, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DatastoreName();
}
