using System.Collections.Concurrent;
using Azure.Core;
using Azure.Identity;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.SignIn;

/// <summary>
/// Signs in to Azure by the first configured source, or by the named one. The source that gave the first token serves the whole run.
/// A token is requested when the first request needs it, cached, and renewed before it expires.
/// </summary>
/// <remarks>docs/identity.md lists the sources and their order.</remarks>
public sealed class ChosenCredential : TokenCredential
{
    // The clients request a token again five minutes before it expires and must then get a new one.
    private static readonly TimeSpan Reserve = TimeSpan.FromMinutes(5);

    private readonly SignInEnvironment environment;
    private readonly string? tenantId;
    private readonly IReadOnlyList<CredentialSource> sources;
    private readonly bool isNamed;
    private readonly ConcurrentDictionary<string, CachedToken> tokens = new(StringComparer.Ordinal);
    private readonly CachedToken choosing = new();
    private (TokenCredential Credential, CredentialDescription Description)? chosen;
    private Func<Exception>? failure;

    /// <param name="tenantId">Tenant of the environment config; null: the credential chooses.</param>
    /// <param name="name">One of <see cref="Names"/>; null: the first configured source.</param>
    /// <param name="say">Shows one line to the user.</param>
    /// <exception cref="WorkspaceException"><paramref name="name"/> is not one of <see cref="Names"/>.</exception>
    public ChosenCredential(string? tenantId, string? name, Action<string> say)
        : this(tenantId, name, new SignInEnvironment(say)) { }

    internal ChosenCredential(string? tenantId, string? name, SignInEnvironment environment, IReadOnlyList<CredentialSource>? all = null)
    {
        CheckName(name);
        this.tenantId = tenantId;
        this.environment = environment;
        isNamed = name is not null;
        sources = [.. (all ?? CredentialSource.All).Where(source => name is null || source.Name == name)];
    }

    /// <summary>Values of <c>--credential</c>, in the order in which they are tried.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. CredentialSource.All.Select(source => source.Name)];

    /// <summary>Validates a value of <c>--credential</c>; null is valid.</summary>
    /// <exception cref="WorkspaceException">The name is not one of <see cref="Names"/>, which the message lists.</exception>
    public static void CheckName(string? name)
    {
        if (name is null || Names.Contains(name, StringComparer.Ordinal))
            return;
        throw new WorkspaceException(
            $"--credential is \"{name}\"; it must be one of {string.Join(", ", Names)}, or be left out for the first configured source."
        );
    }

    /// <summary>Describes the sources that would be tried, from the configuration, without a request.</summary>
    /// <returns>Names and descriptions joined by "else", up to the first source that cannot be skipped.</returns>
    /// <exception cref="WorkspaceException">Nothing is configured, or a variable contradicts the environment config.</exception>
    public string Foresee()
    {
        var usable = new List<string>();
        var missing = new List<(string Name, string Reason)>();
        foreach (var source in sources)
        {
            switch (source.Probe(environment, tenantId))
            {
                case CredentialProbe.Faulty faulty:
                    throw new WorkspaceException(faulty.Message);
                case CredentialProbe.Missing { Reason: var reason }:
                    missing.Add((source.Name, reason));
                    break;
                case CredentialProbe.Ready { WhenUnavailable: null } ready:
                    return string.Join(", else ", [.. usable, $"{source.Name} ({ready.Description.By})"]);
                case CredentialProbe.Ready ready:
                    usable.Add($"{source.Name} ({ready.Description.By})");
                    break;
            }
        }

        if (usable.Count == 0)
            throw new WorkspaceException(SignInFaults.NothingFound(tenantId, isNamed, missing));
        return string.Join(", else ", usable) + (isNamed ? "" : ", else nothing: docs/identity.md lists what can be configured");
    }

    /// <inheritdoc/>
    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        GetTokenAsync(requestContext, cancellationToken).AsTask().GetAwaiter().GetResult();

    /// <summary>Gets a token for a scope: the cached one, or a new one.</summary>
    /// <exception cref="WorkspaceException">No source is configured; the message lists what was tried.</exception>
    /// <exception cref="AuthenticationFailedException">The credential was refused or got no response; the message says how to fix
    /// it.</exception>
    public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        // Every request enables continuous access evaluation: the libraries cache tokens with and without it apart, and would require two
        // sign-ins of a person.
        // One resource has one token, although the resource manager's clients write its scope with a double slash.
        var scopes = requestContext.Scopes.Select(scope => scope.Replace("//.default", "/.default", StringComparison.Ordinal)).ToArray();
        var context = new TokenRequestContext(
            scopes,
            requestContext.ParentRequestId,
            requestContext.Claims,
            requestContext.TenantId,
            isCaeEnabled: true
        );
        var slot = tokens.GetOrAdd($"{context.TenantId} {string.Join(' ', context.Scopes)}", _ => new CachedToken());
        await slot.Lock.WaitAsync(cancellationToken);
        try
        {
            if (context.Claims is null && slot.Token is { } token && IsFresh(token))
                return token;
            var asked = chosen is { } known
                ? await RequestAsync(known.Credential, known.Description, context, cancellationToken)
                : await ChooseAsync(context, cancellationToken);
            slot.Token = asked;
            return asked;
        }
        finally
        {
            slot.Lock.Release();
        }
    }

    private bool IsFresh(AccessToken token)
    {
        var now = environment.Time.GetUtcNow();
        return now < token.ExpiresOn - Reserve && (token.RefreshOn is not { } refresh || now < refresh);
    }

    private async Task<AccessToken> ChooseAsync(TokenRequestContext context, CancellationToken cancellationToken)
    {
        await choosing.Lock.WaitAsync(cancellationToken);
        try
        {
            if (failure is not null)
                throw failure();
            if (chosen is { } already)
                return await RequestAsync(already.Credential, already.Description, context, cancellationToken);
            return await FindAsync(context, cancellationToken);
        }
        catch (SignInException error) when (!error.IsTransient)
        {
            failure = () => new SignInException(error.Message, isTransient: false);
            throw;
        }
        catch (WorkspaceException error)
        {
            failure = () => new WorkspaceException(error.Message);
            throw;
        }
        finally
        {
            choosing.Lock.Release();
        }
    }

    private async Task<AccessToken> FindAsync(TokenRequestContext context, CancellationToken cancellationToken)
    {
        var tried = new List<(string Name, string Reason)>();
        foreach (var source in sources)
        {
            var found = source.Probe(environment, tenantId);
            if (found is CredentialProbe.Faulty faulty)
                throw new WorkspaceException(faulty.Message);
            if (found is CredentialProbe.Missing missing)
            {
                tried.Add((source.Name, missing.Reason));
                continue;
            }

            var ready = (CredentialProbe.Ready)found;
            if (ready.ConfirmAsync is not null && await ready.ConfirmAsync(cancellationToken) is { } reason)
            {
                tried.Add((source.Name, reason));
                continue;
            }

            try
            {
                var credential = Create(ready);
                var token = await credential.GetTokenAsync(context, cancellationToken);
                chosen = (credential, ready.Description);
                var who = TokenClaims.CallerOf(token.Token) is { } caller ? $"as {caller} " : "";
                environment.Say($"Signed in    {who}by {ready.Description.By}");
                return token;
            }
            catch (AuthenticationFailedException error) when (ready.WhenUnavailable is not null && SignInFaults.IsUnavailable(error))
            {
                tried.Add((source.Name, ready.WhenUnavailable));
            }
            catch (Exception error) when (SignInFaults.Explain(error, ready.Description, environment, cancellationToken) is not null)
            {
                throw SignInFaults.Explain(error, ready.Description, environment, cancellationToken)!;
            }
        }

        throw new WorkspaceException(SignInFaults.NothingFound(tenantId, isNamed, tried));
    }

    private static TokenCredential Create(CredentialProbe.Ready ready)
    {
        try
        {
            return ready.Create();
        }
        catch (Exception error)
            when (error
                    is ArgumentException
                        or System.Security.Cryptography.CryptographicException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            throw new AuthenticationFailedException(error.Message, error);
        }
    }

    private async Task<AccessToken> RequestAsync(
        TokenCredential credential,
        CredentialDescription description,
        TokenRequestContext context,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await credential.GetTokenAsync(context, cancellationToken);
        }
        catch (Exception error) when (SignInFaults.Explain(error, description, environment, cancellationToken) is not null)
        {
            throw SignInFaults.Explain(error, description, environment, cancellationToken)!;
        }
    }

    private sealed class CachedToken
    {
        public SemaphoreSlim Lock { get; } = new(1, 1);

        public AccessToken? Token { get; set; }
    }
}
