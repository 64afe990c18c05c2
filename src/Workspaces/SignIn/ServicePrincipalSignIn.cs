using System.Security.Cryptography.X509Certificates;
using Azure.Identity;

namespace Workspaces.SignIn;

/// <summary>Checks for an application with a secret or a certificate in the environment variables.</summary>
internal static class ServicePrincipalSignIn
{
    private const string SecretVariable = "AZURE_CLIENT_SECRET";
    private const string CertificateVariable = "AZURE_CLIENT_CERTIFICATE_PATH";

    public static CredentialProbe Probe(SignInEnvironment environment, string? tenantId)
    {
        var secret = environment.Variable(SecretVariable);
        var certificate = environment.Variable(CertificateVariable);
        if (secret is null && certificate is null)
            return new CredentialProbe.Missing($"neither {SecretVariable} nor {CertificateVariable} is set");
        if (environment.Variable("AZURE_CLIENT_ID") is not { } client)
        {
            return new CredentialProbe.Missing(
                $"{(secret is null ? CertificateVariable : SecretVariable)} is set and AZURE_CLIENT_ID is not"
            );
        }

        var (tenant, fault) = SignInTenant.Decide(environment, tenantId, "AZURE_TENANT_ID");
        if (fault is not null)
            return fault;
        if (tenant is null)
            return SignInTenant.Missing("AZURE_TENANT_ID");
        if (secret is not null)
        {
            return new CredentialProbe.Ready(
                new CredentialDescription($"the client secret of application {client}")
                {
                    TenantId = tenant,
                    ClientId = client,
                    SecretVariable = SecretVariable,
                },
                () => CreateWithSecret(environment, tenant, client, secret)
            );
        }

        // cert:/CurrentUser/My/THUMBPRINT names a certificate in the system's store.
        if (!certificate!.StartsWith("cert:", StringComparison.OrdinalIgnoreCase) && !environment.FileExists(certificate))
        {
            return new CredentialProbe.Faulty(
                $"{CertificateVariable} is {certificate}, which does not exist; it must be a .pem or .pfx file with the "
                    + "certificate and its key."
            );
        }

        return new CredentialProbe.Ready(
            new CredentialDescription($"the certificate of application {client}")
            {
                TenantId = tenant,
                ClientId = client,
                SecretVariable = CertificateVariable,
            },
            () => CreateWithCertificate(environment, tenant, client, certificate)
        );
    }

    private static ClientSecretCredential CreateWithSecret(SignInEnvironment environment, string tenant, string client, string secret) =>
        new ClientSecretCredential(
            tenant,
            client,
            secret,
            environment.Options(new ClientSecretCredentialOptions { DisableInstanceDiscovery = !environment.DiscoversInstance })
        );

    private static ClientCertificateCredential CreateWithCertificate(
        SignInEnvironment environment,
        string tenant,
        string client,
        string certificate
    )
    {
        var options = environment.Options(
            new ClientCertificateCredentialOptions
            {
                DisableInstanceDiscovery = !environment.DiscoversInstance,
                SendCertificateChain = environment.Variable("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN") is "1" or "true" or "True" or "TRUE",
            }
        );
        return environment.Variable("AZURE_CLIENT_CERTIFICATE_PASSWORD") is { } password
            ? new ClientCertificateCredential(tenant, client, X509CertificateLoader.LoadPkcs12FromFile(certificate, password), options)
            : new ClientCertificateCredential(tenant, client, certificate, options);
    }
}
