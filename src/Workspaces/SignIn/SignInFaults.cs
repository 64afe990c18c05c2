using System.Text.Json;
using System.Text.RegularExpressions;
using Azure;
using Azure.Identity;
using Microsoft.Identity.Client;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.SignIn;

/// <summary>Says why a sign-in failed and what mends it; the one place where such messages are made.</summary>
internal static partial class SignInFaults
{
    private const string Documentation = "docs/identity.md";

    /// <summary>What a credential threw, as one of ours.</summary>
    /// <returns>Null for what is no failure to sign in: the caller's own wish to stop.</returns>
    public static SignInException? Explain(Exception error, SignInFacts facts, SignInPlace place, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested || error is not (AuthenticationFailedException or OperationCanceledException))
            return null;
        var (cause, isTransient) = CauseOf(error);
        var said = cause ?? Refusal(string.Join('\n', Chain(error).Select(inner => inner.Message)), facts);
        return new SignInException($"Signing in by {facts.By} failed: {place.Scrub(said)}", isTransient);
    }

    /// <summary>Whether a credential turned out not to be there at all, rather than to be refused.</summary>
    public static bool IsUnavailable(AuthenticationFailedException error) =>
        !CauseOf(error).IsTransient
        && Chain(error)
            .Any(inner =>
                inner
                    is CredentialUnavailableException
                        or MsalServiceException
                        {
                            ErrorCode: MsalError.ManagedIdentityRequestFailed or MsalError.ManagedIdentityUnreachableNetwork
                        }
            );

    /// <summary>What was tried, and what to do.</summary>
    /// <param name="tenantId">Tenant to sign in to; null: any.</param>
    /// <param name="isNamed">Whether one way was asked for by name.</param>
    /// <param name="tried">Each way with the reason why it did not do.</param>
    public static string NothingFound(string? tenantId, bool isNamed, IReadOnlyList<(string Name, string Reason)> tried)
    {
        if (isNamed)
            return $"--credential={tried[0].Name} cannot be used here: {tried[0].Reason}. Leave it out for the first that is configured, or see {Documentation}.";
        var width = tried.Max(pair => pair.Name.Length);
        var lines = tried.Select(pair => $"  {pair.Name.PadRight(width)}  {pair.Reason}");
        var login = tenantId is null ? "az login" : $"az login --tenant {tenantId}";
        return $"No way to sign in to Azure is configured here; one of these must be:\n{string.Join('\n', lines)}\nAt a desk: `{login}`. For a server, GitHub or Azure DevOps see {Documentation}.";
    }

    private static IEnumerable<Exception> Chain(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
            yield return error;
    }

    /// <summary>What went wrong on the way, where no refusal is behind it.</summary>
    private static (string? Cause, bool IsTransient) CauseOf(Exception error)
    {
        foreach (var inner in Chain(error))
        {
            switch (inner)
            {
                case WorkspaceException ours:
                    return (ours.Message, false);
                case OperationCanceledException:
                    return ("there was no answer in time.", true);
                case AggregateException or RequestFailedException or HttpRequestException or IOException:
                    return (
                        ServiceErrors.Describe(inner, CancellationToken.None)!.Message,
                        ServiceErrors.IsTransient(inner, CancellationToken.None)
                    );
                case MsalServiceException { StatusCode: 408 or 429 or >= 500 } service:
                    return ($"Microsoft Entra answered {service.StatusCode}: {ServiceErrors.FirstLine(service.Message)}", true);
                case JsonException:
                    return (
                        "what answered is not Microsoft Entra but something on the way to it, such as a proxy; HTTPS_PROXY must lead to one that lets login.microsoftonline.com through.",
                        false
                    );
            }
        }

        return (null, false);
    }

    /// <summary>What Microsoft Entra's code means here, with the mend.</summary>
    /// <remarks>Source: <see href="https://learn.microsoft.com/entra/identity-platform/reference-error-codes"/>.</remarks>
    private static string Refusal(string text, SignInFacts facts)
    {
        if (EntraError().Match(text) is not { Success: true } found)
            return Unknown(text);
        var code = found.Groups["code"].Value;
        var client = facts.ClientId;
        return code switch
        {
            "7000222" =>
                $"{facts.SecretVariable} of application {client} has expired ({code}); it must be one that is valid. Make it: `az ad app credential reset --append --id {client}`.",
            "7000215" =>
                $"{facts.SecretVariable} is no secret of application {client} ({code}); it must be a secret's value, not its id. Make a new one: `az ad app credential reset --append --id {client}`.",
            "700027" =>
                $"the certificate that {facts.SecretVariable} names is not one of application {client} ({code}); it must be: `az ad app credential reset --append --id {client} --cert @certificate.pem`.",
            "90002" or "900023" or "900021" =>
                $"there is no tenant {facts.TenantId} ({code}); AML_TENANT_ID in the environment config must be the workspace's: `az account show --query tenantId`.",
            "700016" =>
                $"there is no application {client} in tenant {facts.TenantId} ({code}); {facts.ClientVariable} must be the application (client) id of one that is there, not its object id: `az ad app list --query '[].[appId,displayName]'`.",
            "7000112" =>
                $"application {client} is disabled ({code}); it must be enabled, in Microsoft Entra ID under Enterprise applications.",
            "70021" or "700211" or "700212" or "700213" or "7002137" or "7002138" => NoFederatedCredential(text, code, facts),
            "700024" => $"the platform's token is out of its time ({code}); this machine's clock must be right.",
            "65001" =>
                $"nobody has consented to it in tenant {facts.TenantId} ({code}); somebody must: `{Login(facts)} --scope https://management.core.windows.net//.default`.",
            "50076" or "50078" or "50079" or "50074" or "50158" or "53003" or "53000" or "530003" =>
                $"the tenant wants another factor, or a device it manages ({code}); it must be given once: `{Login(facts)}`.",
            "700082" or "70043" or "50173" or "50133" or "50132" or "70008" or "50089" =>
                $"that sign-in has ended ({code}); it must be done anew: `{Login(facts)}`.",
            "50020" or "50034" or "90072" or "50128" =>
                $"that account is not in tenant {facts.TenantId} ({code}); it must be a member or a guest there. Sign in with another: `{Login(facts)}`.",
            "70016" or "70019" or "70020" => $"the code was not entered in time, or was refused ({code}); run it again.",
            _ => Secrets.Scrub($"{ServiceErrors.FirstLine(found.Groups["text"].Value)} (AADSTS{code})"),
        };
    }

    private static string NoFederatedCredential(string text, string code, SignInFacts facts)
    {
        var subject = Subject().Match(text) is { Success: true } found ? found.Groups["subject"].Value : null;
        var rule =
            $"application {facts.ClientId} has no federated credential for {(subject is null ? "this run" : $"subject {subject}")} ({code}); it must have one whose issuer, subject and audience are those of the run, letter by letter.";
        if (facts.ClientVariable != "AZURE_CLIENT_ID")
            return $"{rule} The service connection's page in Azure DevOps shows its issuer and subject.";
        if (subject?.StartsWith("repo:", StringComparison.Ordinal) != true)
            return $"{rule} See {Documentation}.";
        var parameters =
            $$"""{"name":"github","issuer":"https://token.actions.githubusercontent.com","subject":"{{subject}}","audiences":["api://AzureADTokenExchange"]}""";
        return $"{rule} Add it: `az ad app federated-credential create --id {facts.ClientId} --parameters '{parameters}'`.";
    }

    private static string Login(SignInFacts facts) =>
        facts.SignInAgain ?? (facts.TenantId is null ? "az login" : $"az login --tenant {facts.TenantId}");

    // The libraries put their own words first, and where to read on after a line break.
    private static string Unknown(string text) =>
        text.Contains("OIDC token not found", StringComparison.Ordinal)
            ? "Azure DevOps gave no token for the service connection; SYSTEM_ACCESSTOKEN must be this job's own, and the pipeline must be permitted to use the service connection."
        : text.Contains("Unable to open a web page", StringComparison.Ordinal)
            ? "no browser could be opened; --credential=device-code needs none on this machine."
        : Secrets.Scrub(ServiceErrors.FirstLine(OwnWords().Replace(text, "")));

    [GeneratedRegex(
        @"AADSTS(?<code>\d+):?\s*(?<text>.*?)(\s*Trace ID:|$)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline,
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
    private static partial Regex OwnWords();
}
