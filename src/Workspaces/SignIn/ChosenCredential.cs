using System.Collections.Concurrent;
using Azure.Core;
using Azure.Identity;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.SignIn;

/// <summary>
/// Signs in to Azure by the first way that is configured where this runs, or by the one that is named; the one that gave a token stays for the
/// run. A token is asked for when the first request needs it, kept, and renewed before it ends.
/// </summary>
/// <remarks>docs/identity.md has the ways and their order.</remarks>
public sealed class ChosenCredential : TokenCredential
{
    // As the clients do: they ask again five minutes before the end, and must then get another one.
    private static readonly TimeSpan Reserve = TimeSpan.FromMinutes(5);

    private readonly SignInPlace place;
    private readonly string? tenantId;
    private readonly IReadOnlyList<SignInWay> ways;
    private readonly bool isNamed;
    private readonly ConcurrentDictionary<string, Held> held = new(StringComparer.Ordinal);
    private readonly Held choosing = new();
    private (TokenCredential Credential, SignInFacts Facts)? chosen;
    private Func<Exception>? failure;

    /// <param name="tenantId">Tenant of the environment config; null leaves it to the credential.</param>
    /// <param name="name">One of <see cref="Names"/>; null: the first that is configured.</param>
    /// <param name="say">Shows a line of the log.</param>
    /// <exception cref="WorkspaceException"><paramref name="name"/> is none of them.</exception>
    public ChosenCredential(string? tenantId, string? name, Action<string> say)
        : this(tenantId, name, new SignInPlace(say)) { }

    internal ChosenCredential(string? tenantId, string? name, SignInPlace place, IReadOnlyList<SignInWay>? all = null)
    {
        CheckName(name);
        this.tenantId = tenantId;
        this.place = place;
        isNamed = name is not null;
        ways = [.. (all ?? SignInWay.All).Where(way => name is null || way.Name == name)];
    }

    /// <summary>What <c>--credential</c> may be, in the order in which they are tried.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. SignInWay.All.Select(way => way.Name)];

    /// <summary>Refuses a name that is none of <see cref="Names"/>; null is none and is right.</summary>
    /// <exception cref="WorkspaceException">Lists them.</exception>
    public static void CheckName(string? name)
    {
        if (name is null || Names.Contains(name, StringComparer.Ordinal))
            return;
        throw new WorkspaceException(
            $"--credential is \"{name}\"; it must be one of {string.Join(", ", Names)}, or be left out for the first that is configured."
        );
    }

    /// <summary>What would be tried, by what is configured; asks nothing and nobody.</summary>
    /// <returns>Names with their words, "else" between them, up to the first that is sure to be tried.</returns>
    /// <exception cref="WorkspaceException">Nothing is configured, or what is contradicts the environment config.</exception>
    public string Foresee()
    {
        var usable = new List<string>();
        var missing = new List<(string Name, string Reason)>();
        foreach (var way in ways)
        {
            switch (way.Look(place, tenantId))
            {
                case SignInProspect.Faulty faulty:
                    throw new WorkspaceException(faulty.Message);
                case SignInProspect.Missing { Reason: var reason }:
                    missing.Add((way.Name, reason));
                    break;
                case SignInProspect.Ready { WhenUnavailable: null } ready:
                    return string.Join(", else ", [.. usable, $"{way.Name} ({ready.Facts.By})"]);
                case SignInProspect.Ready ready:
                    usable.Add($"{way.Name} ({ready.Facts.By})");
                    break;
            }
        }

        if (usable.Count == 0)
            throw new WorkspaceException(SignInFaults.NothingFound(tenantId, isNamed, missing));
        return string.Join(", else ", usable) + (isNamed ? "" : ", else nothing: docs/identity.md says what can be configured");
    }

    /// <inheritdoc/>
    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        GetTokenAsync(requestContext, cancellationToken).AsTask().GetAwaiter().GetResult();

    /// <summary>The token of this run for a scope: the one that is kept, or a new one.</summary>
    /// <exception cref="WorkspaceException">No way of signing in was found; lists what was tried.</exception>
    /// <exception cref="AuthenticationFailedException">The credential was refused, or had no answer; the message says what mends it.</exception>
    public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        // All alike about continuous access evaluation: tokens with it and without it are kept apart by the libraries, and a person would be asked twice.
        // And of one resource there is one token: the resource manager's clients write a slash more than the others.
        var scopes = requestContext.Scopes.Select(scope => scope.Replace("//.default", "/.default", StringComparison.Ordinal)).ToArray();
        var context = new TokenRequestContext(
            scopes,
            requestContext.ParentRequestId,
            requestContext.Claims,
            requestContext.TenantId,
            isCaeEnabled: true
        );
        var slot = held.GetOrAdd($"{context.TenantId} {string.Join(' ', context.Scopes)}", _ => new Held());
        await slot.Turn.WaitAsync(cancellationToken);
        try
        {
            if (context.Claims is null && slot.Token is { } token && IsFresh(token))
                return token;
            var asked = chosen is { } known
                ? await AskAsync(known.Credential, known.Facts, context, cancellationToken)
                : await ChooseAsync(context, cancellationToken);
            slot.Token = asked;
            return asked;
        }
        finally
        {
            slot.Turn.Release();
        }
    }

    private bool IsFresh(AccessToken token)
    {
        var now = place.Time.GetUtcNow();
        return now < token.ExpiresOn - Reserve && (token.RefreshOn is not { } refresh || now < refresh);
    }

    private async Task<AccessToken> ChooseAsync(TokenRequestContext context, CancellationToken cancellationToken)
    {
        await choosing.Turn.WaitAsync(cancellationToken);
        try
        {
            if (failure is not null)
                throw failure();
            if (chosen is { } already)
                return await AskAsync(already.Credential, already.Facts, context, cancellationToken);
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
            choosing.Turn.Release();
        }
    }

    private async Task<AccessToken> FindAsync(TokenRequestContext context, CancellationToken cancellationToken)
    {
        var tried = new List<(string Name, string Reason)>();
        foreach (var way in ways)
        {
            var found = way.Look(place, tenantId);
            if (found is SignInProspect.Faulty faulty)
                throw new WorkspaceException(faulty.Message);
            if (found is SignInProspect.Missing missing)
            {
                tried.Add((way.Name, missing.Reason));
                continue;
            }

            var ready = (SignInProspect.Ready)found;
            if (ready.Probe is not null && await ready.Probe(cancellationToken) is { } reason)
            {
                tried.Add((way.Name, reason));
                continue;
            }

            try
            {
                var credential = Create(ready);
                var token = await credential.GetTokenAsync(context, cancellationToken);
                chosen = (credential, ready.Facts);
                var who = TokenClaims.CallerOf(token.Token) is { } caller ? $"as {caller} " : "";
                place.Say($"Signed in    {who}by {ready.Facts.By}");
                return token;
            }
            catch (AuthenticationFailedException error) when (ready.WhenUnavailable is not null && SignInFaults.IsUnavailable(error))
            {
                tried.Add((way.Name, ready.WhenUnavailable));
            }
            catch (Exception error) when (SignInFaults.Explain(error, ready.Facts, place, cancellationToken) is not null)
            {
                throw SignInFaults.Explain(error, ready.Facts, place, cancellationToken)!;
            }
        }

        throw new WorkspaceException(SignInFaults.NothingFound(tenantId, isNamed, tried));
    }

    private static TokenCredential Create(SignInProspect.Ready ready)
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

    private async Task<AccessToken> AskAsync(
        TokenCredential credential,
        SignInFacts facts,
        TokenRequestContext context,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await credential.GetTokenAsync(context, cancellationToken);
        }
        catch (Exception error) when (SignInFaults.Explain(error, facts, place, cancellationToken) is not null)
        {
            throw SignInFaults.Explain(error, facts, place, cancellationToken)!;
        }
    }

    private sealed class Held
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public AccessToken? Token { get; set; }
    }
}
