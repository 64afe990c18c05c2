using Azure.Identity;

namespace Workspaces.SignIn;

/// <summary>A token that the platform keeps fresh in a file, such as that of a Kubernetes service account.</summary>
internal static class WorkloadIdentitySignIn
{
    private const string FileVariable = "AZURE_FEDERATED_TOKEN_FILE";

    public static SignInProspect Look(SignInPlace place, string? tenantId)
    {
        if (place.Variable(FileVariable) is not { } file)
            return new SignInProspect.Missing($"{FileVariable} is not set");
        if (place.Variable("AZURE_CLIENT_ID") is not { } client)
            return new SignInProspect.Missing($"{FileVariable} is set and AZURE_CLIENT_ID is not");
        if (!place.FileExists(file))
            return new SignInProspect.Faulty(
                $"{FileVariable} is {file}, which is not there; it must be the file that the platform writes its token to."
            );
        var (tenant, fault) = SignInTenant.Decide(place, tenantId, "AZURE_TENANT_ID");
        if (fault is not null)
            return fault;
        if (tenant is null)
            return SignInTenant.Missing("AZURE_TENANT_ID");
        return new SignInProspect.Ready(
            new SignInFacts($"the workload identity of application {client}") { TenantId = tenant, ClientId = client },
            () => Create(place, tenant, client, file)
        );
    }

    private static WorkloadIdentityCredential Create(SignInPlace place, string tenant, string client, string file) =>
        new WorkloadIdentityCredential(
            place.Options(
                new WorkloadIdentityCredentialOptions
                {
                    TenantId = tenant,
                    ClientId = client,
                    TokenFilePath = file,
                    DisableInstanceDiscovery = !place.DiscoversInstance,
                }
            )
        );
}
