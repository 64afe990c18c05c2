using System.Security.Cryptography.X509Certificates;
using Azure.Identity;

namespace Workspaces.SignIn;

/// <summary>An application that signs in by a secret or a certificate, both named by the environment.</summary>
internal static class ServicePrincipalSignIn
{
    private const string SecretVariable = "AZURE_CLIENT_SECRET";
    private const string CertificateVariable = "AZURE_CLIENT_CERTIFICATE_PATH";

    public static SignInProspect Look(SignInPlace place, string? tenantId)
    {
        var secret = place.Variable(SecretVariable);
        var certificate = place.Variable(CertificateVariable);
        if (secret is null && certificate is null)
            return new SignInProspect.Missing($"neither {SecretVariable} nor {CertificateVariable} is set");
        if (place.Variable("AZURE_CLIENT_ID") is not { } client)
            return new SignInProspect.Missing(
                $"{(secret is null ? CertificateVariable : SecretVariable)} is set and AZURE_CLIENT_ID is not"
            );
        var (tenant, fault) = SignInTenant.Decide(place, tenantId, "AZURE_TENANT_ID");
        if (fault is not null)
            return fault;
        if (tenant is null)
            return SignInTenant.Missing("AZURE_TENANT_ID");
        if (secret is not null)
        {
            return new SignInProspect.Ready(
                new SignInFacts($"the client secret of application {client}")
                {
                    TenantId = tenant,
                    ClientId = client,
                    SecretVariable = SecretVariable,
                },
                () => CreateWithSecret(place, tenant, client, secret)
            );
        }

        // cert:/CurrentUser/My/THUMBPRINT names one of the system's store.
        if (!certificate!.StartsWith("cert:", StringComparison.OrdinalIgnoreCase) && !place.FileExists(certificate))
            return new SignInProspect.Faulty(
                $"{CertificateVariable} is {certificate}, which is not there; it must be a .pem or .pfx file with the certificate and its key."
            );
        return new SignInProspect.Ready(
            new SignInFacts($"the certificate of application {client}")
            {
                TenantId = tenant,
                ClientId = client,
                SecretVariable = CertificateVariable,
            },
            () => CreateWithCertificate(place, tenant, client, certificate)
        );
    }

    private static ClientSecretCredential CreateWithSecret(SignInPlace place, string tenant, string client, string secret) =>
        new ClientSecretCredential(
            tenant,
            client,
            secret,
            place.Options(new ClientSecretCredentialOptions { DisableInstanceDiscovery = !place.DiscoversInstance })
        );

    private static ClientCertificateCredential CreateWithCertificate(SignInPlace place, string tenant, string client, string certificate)
    {
        var options = place.Options(
            new ClientCertificateCredentialOptions
            {
                DisableInstanceDiscovery = !place.DiscoversInstance,
                SendCertificateChain = place.Variable("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN") is "1" or "true" or "True" or "TRUE",
            }
        );
        return place.Variable("AZURE_CLIENT_CERTIFICATE_PASSWORD") is { } password
            ? new ClientCertificateCredential(tenant, client, X509CertificateLoader.LoadPkcs12FromFile(certificate, password), options)
            : new ClientCertificateCredential(tenant, client, certificate, options);
    }
}
