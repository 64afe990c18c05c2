using Azure.Identity;

namespace Workspaces.SignIn;

/// <summary>A person who signs in by hand: in the browser of this machine, or in any browser with a code.</summary>
internal static class PersonSignIn
{
    public static SignInProspect LookForBrowser(SignInPlace place, string? tenantId)
    {
        if (NobodyIsThere(place) is { } missing)
            return missing;
        if (WhyNoBrowser(place) is { } reason)
            return new SignInProspect.Missing(reason);
        return new SignInProspect.Ready(new SignInFacts("browser") { TenantId = tenantId }, () =>
            new PersonCredential(place, tenantId, (record, cache) => CreateBrowser(place, tenantId, record, cache))
        );
    }

    public static SignInProspect LookForTerminal(SignInPlace place, string? tenantId)
    {
        if (NobodyIsThere(place) is { } missing)
            return missing;
        return new SignInProspect.Ready(
            new SignInFacts("device code") { TenantId = tenantId, SignInAgain = "az login --use-device-code" },
            () => new PersonCredential(place, tenantId, (record, cache) => CreateDeviceCode(place, tenantId, record, cache))
        );
    }

    private static SignInProspect.Missing? NobodyIsThere(SignInPlace place) =>
        place.IsInteractive
            ? null
            : new(
                place.HasTerminal ? "this is a pipeline: nobody is there to sign in" : "there is no terminal, so nobody is there to sign in"
            );

    private static string? WhyNoBrowser(SignInPlace place)
    {
        if (place.IsLinux)
        {
            if (place.Variable("DISPLAY") is null && place.Variable("WAYLAND_DISPLAY") is null)
                return "no browser can be opened: neither DISPLAY nor WAYLAND_DISPLAY is set";
            return place.Variable("SUDO_USER") is null ? null : "no browser can be opened under sudo";
        }

        return place.Variable("SSH_CONNECTION") is null ? null : "no browser can be opened over SSH";
    }

    private static Handle CreateBrowser(
        SignInPlace place,
        string? tenantId,
        AuthenticationRecord? record,
        TokenCachePersistenceOptions? cache
    )
    {
        var credential = new InteractiveBrowserCredential(
            place.Options(
                new InteractiveBrowserCredentialOptions
                {
                    TenantId = tenantId,
                    AuthenticationRecord = record,
                    TokenCachePersistenceOptions = cache,
                    DisableAutomaticAuthentication = true,
                    DisableInstanceDiscovery = !place.DiscoversInstance,
                }
            )
        );
        return new Handle(credential, (context, cancellationToken) =>
        {
            place.Say("Sign-in      a browser opens; sign in there (Ctrl-C ends the wait)");
            return credential.AuthenticateAsync(context, cancellationToken);
        });
    }

    private static Handle CreateDeviceCode(
        SignInPlace place,
        string? tenantId,
        AuthenticationRecord? record,
        TokenCachePersistenceOptions? cache
    )
    {
        var credential = new DeviceCodeCredential(
            place.Options(
                new DeviceCodeCredentialOptions
                {
                    TenantId = tenantId,
                    AuthenticationRecord = record,
                    TokenCachePersistenceOptions = cache,
                    DisableAutomaticAuthentication = true,
                    DisableInstanceDiscovery = !place.DiscoversInstance,
                    DeviceCodeCallback = (code, _) =>
                    {
                        place.Say(
                            $"Sign-in      open {code.VerificationUri} in any browser and enter {code.UserCode} (Ctrl-C ends the wait)"
                        );
                        return Task.CompletedTask;
                    },
                }
            )
        );
        return new Handle(credential, credential.AuthenticateAsync);
    }

    /// <summary>A credential with the step that needs the person.</summary>
    internal sealed record Handle(
        Azure.Core.TokenCredential Silent,
        Func<Azure.Core.TokenRequestContext, CancellationToken, Task<AuthenticationRecord>> AuthenticateAsync
    );
}
