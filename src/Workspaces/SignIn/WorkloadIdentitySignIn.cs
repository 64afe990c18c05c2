using Azure.Identity;

namespace Workspaces.SignIn;

/// <summary>Checks for a token file that the platform renews, such as the one of a Kubernetes service account.</summary>
internal static class WorkloadIdentitySignIn
{
    private const string FileVariable = "AZURE_FEDERATED_TOKEN_FILE";

    public static CredentialProbe Probe(SignInEnvironment environment, string? tenantId)
    {
        if (environment.Variable(FileVariable) is not { } file)
            return new CredentialProbe.Missing($"{FileVariable} is not set");
        if (environment.Variable("AZURE_CLIENT_ID") is not { } client)
            return new CredentialProbe.Missing($"{FileVariable} is set and AZURE_CLIENT_ID is not");
        if (!environment.FileExists(file))
        {
            return new CredentialProbe.Faulty(
                $"{FileVariable} is {file}, which does not exist; it must be the file to which the platform writes its token."
            );
        }

        var (tenant, fault) = SignInTenant.Decide(environment, tenantId, "AZURE_TENANT_ID");
        if (fault is not null)
            return fault;
        if (tenant is null)
            return SignInTenant.Missing("AZURE_TENANT_ID");
        return new CredentialProbe.Ready(
            new CredentialDescription($"the workload identity of application {client}") { TenantId = tenant, ClientId = client },
            () => Create(environment, tenant, client, file)
        );
    }

    private static WorkloadIdentityCredential Create(SignInEnvironment environment, string tenant, string client, string file) =>
        new WorkloadIdentityCredential(
            environment.Options(
                new WorkloadIdentityCredentialOptions
                {
                    TenantId = tenant,
                    ClientId = client,
                    TokenFilePath = file,
                    DisableInstanceDiscovery = !environment.DiscoversInstance,
                }
            )
        );
}
