using Azure.Identity;

namespace Workspaces.SignIn;

/// <summary>Whoever did <c>az login</c> here.</summary>
internal static class AzureCliSignIn
{
    // It starts a Python of its own, which a busy machine may take its time with.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static SignInProspect Look(SignInPlace place, string? tenantId)
    {
        if (!place.IsOnPath("az"))
            return new SignInProspect.Missing("az is not on PATH");
        var login = tenantId is null ? "az login" : $"az login --tenant {tenantId}";
        return new SignInProspect.Ready(new SignInFacts("Azure CLI") { TenantId = tenantId, SignInAgain = login }, () => Create(tenantId))
        {
            WhenUnavailable = $"nobody is signed in to it: `{login}`",
        };
    }

    private static AzureCliCredential Create(string? tenantId) =>
        new AzureCliCredential(new AzureCliCredentialOptions { TenantId = tenantId, ProcessTimeout = Patience });
}
