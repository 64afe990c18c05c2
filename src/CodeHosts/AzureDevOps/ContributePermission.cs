using System.Text.Json;
using Azure.Core;
using CodeHosts.Facts;
using CodeHosts.Http;

namespace CodeHosts.AzureDevOps;

/// <summary>Reads whether an account may push to a repository of Azure Repos, from its access control list.</summary>
internal static class ContributePermission
{
    private const string GitNamespace = "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87";
    private const long Read = 2;
    private const long Contribute = 4;
    private const long Administer = 1;

    /// <summary>Reads the permission: admin, write (Contribute), read or none.</summary>
    /// <remarks>A list may name the account itself or groups that it is in. A denial anywhere wins, as it does on the host.</remarks>
    public static async Task<Permission> ReadAsync(AzureRepository repository, string account, CancellationToken cancellationToken)
    {
        var identities = await repository.Identities.SendAsync(
            RequestMethod.Get,
            $"_apis/identities?identityIds={Uri.EscapeDataString(account)}&queryMembership=Expanded&{AzureRepository.Version}",
            body: null,
            [404],
            cancellationToken
        );
        var descriptors = identities.Body.Items("value").SelectMany(Descriptors).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (descriptors.Count == 0)
            return Permission.None;
        var token = Uri.EscapeDataString($"repoV2/{repository.ProjectId}/{repository.RepositoryId}");
        var lists = await repository.Client.SendAsync(
            RequestMethod.Get,
            $"_apis/accesscontrollists/{GitNamespace}?token={token}"
                + $"&descriptors={Uri.EscapeDataString(string.Join(',', descriptors))}&includeExtendedInfo=true&{AzureRepository.Version}",
            body: null,
            [404],
            cancellationToken
        );
        var (allowed, denied) = (0L, 0L);
        foreach (var entry in lists.Body.Items("value").SelectMany(list => Entries(list, descriptors)))
        {
            allowed |= (entry.Number("allow") ?? 0) | (entry.Number("extendedInfo", "effectiveAllow") ?? 0);
            denied |= (entry.Number("deny") ?? 0) | (entry.Number("extendedInfo", "effectiveDeny") ?? 0);
        }

        var effective = allowed & ~denied;
        return (effective & Contribute) == 0 ? ((effective & Read) == 0 ? Permission.None : Permission.Read)
            : (effective & Administer) == 0 ? Permission.Write
            : Permission.Admin;
    }

    private static IEnumerable<string> Descriptors(JsonElement identity) =>
        identity
            .Items("memberOf")
            .Select(group => group.ValueKind == JsonValueKind.String ? group.GetString() : group.Text("identifier"))
            .Append(identity.Text("descriptor"))
            .OfType<string>();

    private static IEnumerable<JsonElement> Entries(JsonElement list, List<string> descriptors) =>
        list.Find("acesDictionary") is { ValueKind: JsonValueKind.Object } entries
            ? entries
                .EnumerateObject()
                .Where(entry => descriptors.Contains(entry.Name, StringComparer.OrdinalIgnoreCase))
                .Select(entry => entry.Value)
            : [];
}
