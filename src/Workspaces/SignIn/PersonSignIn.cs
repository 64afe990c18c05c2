using Azure.Identity;

namespace Workspaces.SignIn;

/// <summary>Checks whether a person can sign in by hand: in this machine's browser, or in any browser with a code.</summary>
internal static class PersonSignIn
{
    public static CredentialProbe ProbeBrowser(SignInEnvironment environment, string? tenantId)
    {
        if (CheckInteractive(environment) is { } missing)
            return missing;
        if (CheckBrowser(environment) is { } reason)
            return new CredentialProbe.Missing(reason);
        return new CredentialProbe.Ready(new CredentialDescription("browser") { TenantId = tenantId }, () =>
            new PersonCredential(environment, tenantId, (record, cache) => CreateBrowser(environment, tenantId, record, cache))
        );
    }

    public static CredentialProbe ProbeDeviceCode(SignInEnvironment environment, string? tenantId)
    {
        if (CheckInteractive(environment) is { } missing)
            return missing;
        return new CredentialProbe.Ready(
            new CredentialDescription("device code") { TenantId = tenantId, SignInAgain = "az login --use-device-code" },
            () => new PersonCredential(environment, tenantId, (record, cache) => CreateDeviceCode(environment, tenantId, record, cache))
        );
    }

    private static CredentialProbe.Missing? CheckInteractive(SignInEnvironment environment) =>
        environment.IsInteractive
            ? null
            : new(
                environment.HasTerminal
                    ? "this is a pipeline: nobody can sign in by hand"
                    : "there is no terminal: nobody can sign in by hand"
            );

    private static string? CheckBrowser(SignInEnvironment environment)
    {
        if (environment.IsLinux)
        {
            if (environment.Variable("DISPLAY") is null && environment.Variable("WAYLAND_DISPLAY") is null)
                return "no browser can be opened: neither DISPLAY nor WAYLAND_DISPLAY is set";
            return environment.Variable("SUDO_USER") is null ? null : "no browser can be opened under sudo";
        }

        return environment.Variable("SSH_CONNECTION") is null ? null : "no browser can be opened over SSH";
    }

    private static Handle CreateBrowser(
        SignInEnvironment environment,
        string? tenantId,
        AuthenticationRecord? record,
        TokenCachePersistenceOptions? cache
    )
    {
        var credential = new InteractiveBrowserCredential(
            environment.Options(
                new InteractiveBrowserCredentialOptions
                {
                    TenantId = tenantId,
                    AuthenticationRecord = record,
                    TokenCachePersistenceOptions = cache,
                    DisableAutomaticAuthentication = true,
                    DisableInstanceDiscovery = !environment.DiscoversInstance,
                }
            )
        );
        return new Handle(credential, (context, cancellationToken) =>
        {
            environment.Say("Sign-in      a browser opens; sign in there (Ctrl-C ends the wait)");
            return credential.AuthenticateAsync(context, cancellationToken);
        });
    }

    private static Handle CreateDeviceCode(
        SignInEnvironment environment,
        string? tenantId,
        AuthenticationRecord? record,
        TokenCachePersistenceOptions? cache
    )
    {
        var credential = new DeviceCodeCredential(
            environment.Options(
                new DeviceCodeCredentialOptions
                {
                    TenantId = tenantId,
                    AuthenticationRecord = record,
                    TokenCachePersistenceOptions = cache,
                    DisableAutomaticAuthentication = true,
                    DisableInstanceDiscovery = !environment.DiscoversInstance,
                    DeviceCodeCallback = (code, _) =>
                    {
                        environment.Say(
                            $"Sign-in      open {code.VerificationUri} in any browser and enter {code.UserCode} (Ctrl-C ends the wait)"
                        );
                        return Task.CompletedTask;
                    },
                }
            )
        );
        return new Handle(credential, credential.AuthenticateAsync);
    }

    /// <summary>A credential and the interactive step that it needs first.</summary>
    internal sealed record Handle(
        Azure.Core.TokenCredential Silent,
        Func<Azure.Core.TokenRequestContext, CancellationToken, Task<AuthenticationRecord>> AuthenticateAsync
    );
}
