namespace Workspaces.Deployments.Requests;

/// <summary>Reads type and name from the ids of resources.</summary>
internal static class ResourceNames
{
    private const string Providers = "/providers/";

    /// <summary>Returns the type of a resource, such as <c>Microsoft.Storage/storageAccounts/blobServices</c>.</summary>
    public static string TypeOf(string id)
    {
        var (provider, parts) = Split(id);
        return provider is null
            ? "Microsoft.Resources/resourceGroups"
            : string.Join('/', parts.Where((_, index) => index % 2 == 0).Prepend(provider));
    }

    /// <summary>Returns the name of a resource with the names of its parents; of a role assignment also its resource.</summary>
    public static string NameOf(string id)
    {
        var (provider, parts) = Split(id);
        if (provider is null)
            return id[(id.LastIndexOf('/') + 1)..];
        var name = string.Join('/', parts.Where((_, index) => index % 2 == 1));
        var owner = id[..id.LastIndexOf(Providers, StringComparison.OrdinalIgnoreCase)];
        return owner.Contains(Providers, StringComparison.OrdinalIgnoreCase) ? $"{NameOf(owner)}: {name}" : name;
    }

    private static (string? Provider, string[] Parts) Split(string id)
    {
        var last = id.LastIndexOf(Providers, StringComparison.OrdinalIgnoreCase);
        if (last < 0)
            return (null, []);
        var parts = id[(last + Providers.Length)..].Split('/');
        return (parts[0], parts[1..]);
    }
}
