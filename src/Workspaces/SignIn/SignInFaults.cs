using System.Text.Json;
using System.Text.RegularExpressions;
using Azure;
using Azure.Identity;
using Microsoft.Identity.Client;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.SignIn;

/// <summary>Explains why a sign-in failed and how to fix it. All such messages are created here.</summary>
internal static partial class SignInFaults
{
    private const string Documentation = "docs/identity.md";

    /// <summary>Converts an exception of a credential.</summary>
    /// <returns>Null when the exception is not a failed sign-in, such as the caller's cancellation.</returns>
    public static SignInException? Explain(
        Exception error,
        CredentialDescription description,
        SignInEnvironment environment,
        CancellationToken cancellationToken
    )
    {
        if (cancellationToken.IsCancellationRequested || error is not (AuthenticationFailedException or OperationCanceledException))
            return null;
        var (cause, isTransient) = CauseOf(error);
        var said = cause ?? Refusal(string.Join('\n', Chain(error).Select(inner => inner.Message)), description);
        return new SignInException($"Signing in by {description.By} failed: {environment.Scrub(said)}", isTransient);
    }

    /// <summary>Returns whether a credential does not exist, as opposed to being refused.</summary>
    public static bool IsUnavailable(AuthenticationFailedException error) =>
        !CauseOf(error).IsTransient
        && Chain(error).Any(inner => inner is CredentialUnavailableException || IsWithoutManagedIdentity(inner as MsalServiceException));

    private static bool IsWithoutManagedIdentity(MsalServiceException? error) =>
        error?.ErrorCode is MsalError.ManagedIdentityRequestFailed or MsalError.ManagedIdentityUnreachableNetwork;

    /// <summary>Creates the message that lists what was tried and what to do.</summary>
    /// <param name="tenantId">Tenant to sign in to; null: any.</param>
    /// <param name="isNamed">Whether one source was requested by name.</param>
    /// <param name="tried">Each source with the reason why it cannot be used.</param>
    public static string NothingFound(string? tenantId, bool isNamed, IReadOnlyList<(string Name, string Reason)> tried)
    {
        if (isNamed)
        {
            return $"--credential={tried[0].Name} cannot be used here: {tried[0].Reason}. Leave it out for the first configured "
                + $"source, or see {Documentation}.";
        }

        var width = tried.Max(pair => pair.Name.Length);
        var lines = tried.Select(pair => $"  {pair.Name.PadRight(width)}  {pair.Reason}");
        var login = tenantId is null ? "az login" : $"az login --tenant {tenantId}";
        return $"No credential for Azure is configured here; one of these must be:\n{string.Join('\n', lines)}\nAt a desk: "
            + $"`{login}`. For a server, GitHub or Azure DevOps see {Documentation}.";
    }

    private static IEnumerable<Exception> Chain(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
            yield return error;
    }

    /// <summary>Returns the cause where the request failed without a refusal by Microsoft Entra.</summary>
    private static (string? Cause, bool IsTransient) CauseOf(Exception error)
    {
        foreach (var inner in Chain(error))
        {
            switch (inner)
            {
                case WorkspaceException known:
                    return (known.Message, false);
                case OperationCanceledException:
                    return ("no response came in time.", true);
                case AggregateException or RequestFailedException or HttpRequestException or IOException:
                    return (
                        ServiceErrors.Describe(inner, CancellationToken.None)!.Message,
                        ServiceErrors.IsTransient(inner, CancellationToken.None)
                    );
                case MsalServiceException { StatusCode: 408 or 429 or >= 500 } service:
                    return ($"Microsoft Entra returned {service.StatusCode}: {ServiceErrors.FirstLine(service.Message)}", true);
                case JsonException:
                    return (
                        "the response is not from Microsoft Entra but from something in between, such as a proxy; HTTPS_PROXY "
                            + "must name a proxy that allows login.microsoftonline.com.",
                        false
                    );
            }
        }

        return (null, false);
    }

    /// <summary>Explains Microsoft Entra's error code and how to fix it.</summary>
    /// <remarks>Source: <see href="https://learn.microsoft.com/entra/identity-platform/reference-error-codes"/>.</remarks>
    private static string Refusal(string text, CredentialDescription description)
    {
        if (EntraError().Match(text) is not { Success: true } found)
            return Unknown(text);
        var code = found.Groups["code"].Value;
        var client = description.ClientId;
        return code switch
        {
            "7000222" => $"{description.SecretVariable} of application {client} has expired ({code}); it must be valid. Create a new "
                + $"one: `az ad app credential reset --append --id {client}`.",
            "7000215" => $"{description.SecretVariable} is not a secret of application {client} ({code}); it must be a secret's value, "
                + $"not its id. Create a new one: `az ad app credential reset --append --id {client}`.",
            "700027" => $"the certificate that {description.SecretVariable} names does not belong to application {client} ({code}); it "
                + $"must be one of its own. Add it: `az ad app credential reset --append --id {client} --cert @certificate.pem`.",
            "90002" or "900023" or "900021" =>
                $"tenant {description.TenantId} does not exist ({code}); AML_TENANT_ID in the environment config must be the "
                    + "workspace's: `az account show --query tenantId`.",
            "700016" => $"application {client} does not exist in tenant {description.TenantId} ({code}); {description.ClientVariable} "
                + "must be the application (client) id of an existing one, not its object id: `az ad app list --query "
                + "'[].[appId,displayName]'`.",
            "7000112" =>
                $"application {client} is disabled ({code}); it must be enabled, in Microsoft Entra ID under Enterprise applications.",
            "70021" or "700211" or "700212" or "700213" or "7002137" or "7002138" => NoFederatedCredential(text, code, description),
            "700024" => $"the platform's token is not valid at this time ({code}); this machine's clock must be right.",
            "65001" => $"tenant {description.TenantId} has not consented to this application ({code}); consent must be given once: "
                + $"`{Login(description)} --scope https://management.core.windows.net//.default`.",
            "50076" or "50078" or "50079" or "50074" or "50158" or "53003" or "53000" or "530003" =>
                $"the tenant requires another factor or a managed device ({code}); sign in with it once: `{Login(description)}`.",
            "700082" or "70043" or "50173" or "50133" or "50132" or "70008" or "50089" =>
                $"the sign-in has expired ({code}); sign in again: `{Login(description)}`.",
            "50020" or "50034" or "90072" or "50128" =>
                $"the account is not in tenant {description.TenantId} ({code}); it must be a member or a guest there. Sign in "
                    + $"with another one: `{Login(description)}`.",
            "70016" or "70019" or "70020" => $"the code was not entered in time, or was refused ({code}); run the same command again.",
            _ => Secrets.Scrub($"{ServiceErrors.FirstLine(found.Groups["text"].Value)} (AADSTS{code})"),
        };
    }

    private static string NoFederatedCredential(string text, string code, CredentialDescription description)
    {
        var subject = Subject().Match(text) is { Success: true } found ? found.Groups["subject"].Value : null;
        var rule =
            $"application {description.ClientId} has no federated credential for "
            + $"{(subject is null ? "this run" : $"subject {subject}")} ({code}); it must have one whose issuer, subject and "
            + "audience equal those of the run exactly.";
        if (description.ClientVariable != "AZURE_CLIENT_ID")
            return $"{rule} The service connection's page in Azure DevOps shows its issuer and subject.";
        if (subject?.StartsWith("repo:", StringComparison.Ordinal) != true)
            return $"{rule} See {Documentation}.";
        var parameters =
            """{"name":"github","issuer":"https://token.actions.githubusercontent.com","""
            + $"\"subject\":\"{subject}\",\"audiences\":[\"api://AzureADTokenExchange\"]}}";
        return $"{rule} Add it: `az ad app federated-credential create --id {description.ClientId} --parameters '{parameters}'`.";
    }

    private static string Login(CredentialDescription description) =>
        description.SignInAgain ?? (description.TenantId is null ? "az login" : $"az login --tenant {description.TenantId}");

    // The libraries put a prefix first, and a link after a line break.
    private static string Unknown(string text) =>
        text.Contains("OIDC token not found", StringComparison.Ordinal)
            ? "Azure DevOps returned no token for the service connection; SYSTEM_ACCESSTOKEN must be this job's token, and the "
                + "pipeline must be permitted to use the service connection."
        : text.Contains("Unable to open a web page", StringComparison.Ordinal)
            ? "no browser could be opened; use --credential=device-code, which needs none on this machine."
        : Secrets.Scrub(ServiceErrors.FirstLine(LibraryPrefix().Replace(text, "")));

    [GeneratedRegex(
        @"AADSTS(?<code>\d+):?\s*(?<text>.*?)(\s*Trace ID:|$)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.NonBacktracking,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex EntraError();

    [GeneratedRegex(
        @"[Ss]ubject:? '(?<subject>[^']+)'",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Subject();

    [GeneratedRegex(@"^\w+ authentication failed:\s*", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LibraryPrefix();
}
