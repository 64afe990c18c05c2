using Azure.Identity;

namespace Workspaces.SignIn;

/// <summary>Checks for the account of <c>az login</c>.</summary>
internal static class AzureCliSignIn
{
    // The CLI starts its own Python, which takes long on a busy machine.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static CredentialProbe Probe(SignInEnvironment environment, string? tenantId)
    {
        if (!environment.IsOnPath("az"))
            return new CredentialProbe.Missing("az is not on PATH");
        var login = tenantId is null ? "az login" : $"az login --tenant {tenantId}";
        return new CredentialProbe.Ready(new CredentialDescription("Azure CLI") { TenantId = tenantId, SignInAgain = login }, () =>
            Create(tenantId)
        )
        {
            WhenUnavailable = $"nobody is signed in to it: `{login}`",
        };
    }

    private static AzureCliCredential Create(string? tenantId) =>
        new AzureCliCredential(new AzureCliCredentialOptions { TenantId = tenantId, ProcessTimeout = Patience });
}
