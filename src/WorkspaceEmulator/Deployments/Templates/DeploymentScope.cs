using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WorkspaceEmulator.Deployments.Templates;

/// <summary>Describes where a template is deployed: a subscription, or one of its resource groups.</summary>
/// <param name="SubscriptionId">The subscription.</param>
/// <param name="ResourceGroup">The resource group; null for the subscription.</param>
/// <param name="DeploymentName">Name of the deployment.</param>
/// <param name="Location">Region of the deployment, or of the resource group.</param>
internal sealed partial record DeploymentScope(string SubscriptionId, string? ResourceGroup, string DeploymentName, string Location)
{
    /// <summary>Gets the tenant of the emulator.</summary>
    public static string TenantId { get; } = Guid.Empty.ToString();

    public string SubscriptionPath => $"/subscriptions/{SubscriptionId}";

    /// <summary>Gets the path of the scope.</summary>
    public string Path => ResourceGroup is null ? SubscriptionPath : GroupPath(ResourceGroup);

    public string DeploymentId => $"{Path}/providers/Microsoft.Resources/deployments/{DeploymentName}";

    public string GroupPath(string group) => $"{SubscriptionPath}/resourceGroups/{group}";

    /// <summary>Returns the id of a resource of the scope.</summary>
    /// <param name="type">Such as <c>Microsoft.Storage/storageAccounts/blobServices</c>.</param>
    /// <param name="names">One name for each part of the type after the first.</param>
    public string ResourceId(string type, IReadOnlyList<string> names) => Under(Path, type, names);

    /// <summary>Returns the id of a resource under another path.</summary>
    public static string Under(string path, string type, IReadOnlyList<string> names)
    {
        var parts = type.Split('/');
        if (parts.Length < 2 || parts.Length - 1 != names.Count)
        {
            throw new TemplateException(
                $"The resource type '{type}' and the names '{string.Join('/', names)}' do not fit; there must be "
                    + $"{Math.Max(1, parts.Length - 1)} "
                    + "names."
            );
        }

        foreach (var name in names)
        {
            // Names become parts of a path.
            if (!ResourceName().IsMatch(name))
            {
                throw new TemplateException(
                    $"A name of the type '{type}' is '{name}'; it must match {ResourceName()}.",
                    "InvalidResourceName"
                );
            }
        }

        if (parts is ["Microsoft.Resources", "resourceGroups"])
            return $"{path}/resourceGroups/{names[0]}";
        return $"{path}/providers/{parts[0]}/{string.Join('/', parts.Skip(1).Zip(names, (part, name) => $"{part}/{name}"))}";
    }

    public JsonObject Subscription() =>
        new()
        {
            ["id"] = SubscriptionPath,
            ["subscriptionId"] = SubscriptionId,
            ["tenantId"] = TenantId,
            ["displayName"] = "The workspace emulator",
        };

    [GeneratedRegex(@"^[A-Za-z0-9_(][A-Za-z0-9_().@:-]{0,259}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ResourceName();
}
