using Azure.Identity;

namespace Workspaces.SignIn;

/// <summary>Azure DevOps: the service connection of the AzureCLI@2 or AzurePowerShell@5 task that the build runs in, by workload identity federation.</summary>
internal static class AzurePipelinesSignIn
{
    private const string ClientVariable = "AZURESUBSCRIPTION_CLIENT_ID";
    private const string TenantVariable = "AZURESUBSCRIPTION_TENANT_ID";
    private const string ConnectionVariable = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID";

    public static SignInProspect Look(SignInPlace place, string? tenantId)
    {
        // Azure.Identity reads this one itself, and takes it from nobody.
        if (place.Variable("SYSTEM_OIDCREQUESTURI") is null)
            return new SignInProspect.Missing("this is not a job of Azure Pipelines");
        if (place.Variable(ConnectionVariable) is not { } connection || place.Variable(ClientVariable) is not { } client)
            return new SignInProspect.Missing(
                $"{ConnectionVariable} is not set; the step must be an AzureCLI@2 task, whose service connection has workload identity federation"
            );
        if (place.Variable("SYSTEM_ACCESSTOKEN") is not { } token)
            return new SignInProspect.Missing(
                "SYSTEM_ACCESSTOKEN is not set; the step must have `env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)`"
            );
        var (tenant, fault) = SignInTenant.Decide(place, tenantId, TenantVariable);
        if (fault is not null)
            return fault;
        if (tenant is null)
            return SignInTenant.Missing(TenantVariable);
        return new SignInProspect.Ready(
            new SignInFacts($"the service connection of application {client}")
            {
                TenantId = tenant,
                ClientId = client,
                ClientVariable = ClientVariable,
            },
            () => Create(place, tenant, client, connection, token)
        );
    }

    private static AzurePipelinesCredential Create(SignInPlace place, string tenant, string client, string connection, string token) =>
        new AzurePipelinesCredential(
            tenant,
            client,
            connection,
            token,
            place.Options(new AzurePipelinesCredentialOptions { DisableInstanceDiscovery = !place.DiscoversInstance })
        );
}
