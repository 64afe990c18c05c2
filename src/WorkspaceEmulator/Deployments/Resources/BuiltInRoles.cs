namespace WorkspaceEmulator.Deployments.Resources;

/// <summary>Lists built-in roles of Azure that can be assigned here.</summary>
/// <remarks>
/// Source: <see href="https://learn.microsoft.com/azure/role-based-access-control/built-in-roles"/>.
/// </remarks>
internal static class BuiltInRoles
{
    public static readonly IReadOnlyDictionary<string, string> Names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["7f951dda-4ed3-4680-a7ca-43fe172d538d"] = "AcrPull",
        ["8311e382-0749-4cb8-b61a-304f252e45ec"] = "AcrPush",
        ["c2f4ef07-c644-48eb-af81-4b1b4947fb11"] = "AcrDelete",
        ["b93aa761-3e63-49ed-ac28-beffa264f7ac"] = "Container Registry Repository Reader",
        ["2a1e307c-b015-4ebd-883e-5b7698a07328"] = "Container Registry Repository Writer",
        ["2efddaa5-3f1f-4df3-97df-af3f13818f4c"] = "Container Registry Repository Contributor",
        ["bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7"] = "Container Registry Repository Catalog Lister",
        ["f6c7c914-8db3-469d-8ca1-694a8f32e121"] = "AzureML Data Scientist",
        ["e503ece1-11d0-4e8e-8e2c-7a6c3bf38815"] = "AzureML Compute Operator",
        ["1823dd4f-9b8c-4ab6-ab4e-7397a3684615"] = "AzureML Registry User",
        ["2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"] = "Storage Blob Data Reader",
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "Storage Blob Data Contributor",
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
        ["db58b8e5-c6ad-4a2a-8342-4190687cbf4a"] = "Storage Blob Delegator",
        ["69566ab7-960f-475b-8e7c-b3118f30c6bd"] = "Storage File Data Privileged Contributor",
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "Key Vault Secrets User",
        ["b86a8fe4-44ce-4948-aee5-eccb2c155cd7"] = "Key Vault Secrets Officer",
        ["00482a5a-887f-4fb3-b363-3b7fe8e74483"] = "Key Vault Administrator",
        ["acdd72a7-3385-48ef-bd42-f606fba81ae7"] = "Reader",
        ["b24988ac-6180-42a0-ab88-20f7382dd24c"] = "Contributor",
        ["8e3af657-a8ff-443c-a75c-2fe8c4bcb635"] = "Owner",
        ["f58310d9-a9f6-439a-9e8d-f62e7b41a168"] = "Role Based Access Control Administrator",
        ["18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"] = "User Access Administrator",
    };
}
