namespace Workspaces.SignIn;

/// <summary>Describes a credential for messages.</summary>
/// <param name="By">The source, as in "Signed in as … by …".</param>
internal sealed record CredentialDescription(string By)
{
    public string? TenantId { get; init; }

    /// <summary>Client id of the application or managed identity; null for a person.</summary>
    public string? ClientId { get; init; }

    /// <summary>Name of the variable that holds the client id.</summary>
    public string ClientVariable { get; init; } = "AZURE_CLIENT_ID";

    /// <summary>Name of the variable that holds the secret or the path of the certificate; null without one.</summary>
    public string? SecretVariable { get; init; }

    /// <summary>Command by which a person signs in again; null for the default of the tenant.</summary>
    public string? SignInAgain { get; init; }
}
