using Azure.Identity;

namespace Workspaces.SignIn;

/// <summary>
/// Checks for the service connection of an Azure DevOps task (AzureCLI@2 or AzurePowerShell@5) with workload identity federation.
/// </summary>
internal static class AzurePipelinesSignIn
{
    private const string ClientVariable = "AZURESUBSCRIPTION_CLIENT_ID";
    private const string TenantVariable = "AZURESUBSCRIPTION_TENANT_ID";
    private const string ConnectionVariable = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID";

    public static CredentialProbe Probe(SignInEnvironment environment, string? tenantId)
    {
        // Azure.Identity reads this variable itself and accepts it from nowhere else.
        if (environment.Variable("SYSTEM_OIDCREQUESTURI") is null)
            return new CredentialProbe.Missing("this is not a job of Azure Pipelines");
        if (environment.Variable(ConnectionVariable) is not { } connection || environment.Variable(ClientVariable) is not { } client)
        {
            return new CredentialProbe.Missing(
                $"{ConnectionVariable} is not set; the step must be an AzureCLI@2 task, whose service connection has workload "
                    + "identity federation"
            );
        }

        if (environment.Variable("SYSTEM_ACCESSTOKEN") is not { } token)
        {
            return new CredentialProbe.Missing(
                "SYSTEM_ACCESSTOKEN is not set; the step must have `env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)`"
            );
        }

        var (tenant, fault) = SignInTenant.Decide(environment, tenantId, TenantVariable);
        if (fault is not null)
            return fault;
        if (tenant is null)
            return SignInTenant.Missing(TenantVariable);
        return new CredentialProbe.Ready(
            new CredentialDescription($"the service connection of application {client}")
            {
                TenantId = tenant,
                ClientId = client,
                ClientVariable = ClientVariable,
            },
            () => Create(environment, tenant, client, connection, token)
        );
    }

    private static AzurePipelinesCredential Create(
        SignInEnvironment environment,
        string tenant,
        string client,
        string connection,
        string token
    ) =>
        new AzurePipelinesCredential(
            tenant,
            client,
            connection,
            token,
            environment.Options(new AzurePipelinesCredentialOptions { DisableInstanceDiscovery = !environment.DiscoversInstance })
        );
}
