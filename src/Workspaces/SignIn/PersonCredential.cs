using Azure.Core;
using Azure.Identity;
using Microsoft.Identity.Client.Extensions.Msal;

namespace Workspaces.SignIn;

/// <summary>
/// Signs a person in once. The system's encrypted store keeps the token, and a file in the user's profile, without any secret, names the
/// account.
/// Without such a store the token lasts as long as the run.
/// </summary>
/// <param name="environment">Surroundings of the sign-in.</param>
/// <param name="tenantId">Tenant; null: the person's home tenant.</param>
/// <param name="create">Creates the credential for a known account or, when null, for a new one.</param>
internal sealed class PersonCredential(
    SignInEnvironment environment,
    string? tenantId,
    Func<AuthenticationRecord?, TokenCachePersistenceOptions?, PersonSignIn.Handle> create
) : TokenCredential
{
    private readonly string file =
        environment.ProfileFolder.Length == 0 ? "" : Path.Combine(environment.ProfileFolder, $"signed-in-{tenantId ?? "home"}.json");
    private PersonSignIn.Handle? handle;

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        GetTokenAsync(requestContext, cancellationToken).AsTask().GetAwaiter().GetResult();

    public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        handle ??= create(Read(), environment.TokenCache());
        try
        {
            return await AskAsync(requestContext, cancellationToken);
        }
        catch (AuthenticationFailedException error) when (IsMissingStore(error))
        {
            environment.Say("Sign-in      this system has no encrypted store for the token: the next run requires a new sign-in");
            handle = create(null, null);
            return await AskAsync(requestContext, cancellationToken);
        }
    }

    private async Task<AccessToken> AskAsync(TokenRequestContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await handle!.Silent.GetTokenAsync(context, cancellationToken);
        }
        catch (AuthenticationRequiredException)
        {
            Write(await handle!.AuthenticateAsync(context, cancellationToken));
            return await handle.Silent.GetTokenAsync(context, cancellationToken);
        }
    }

    private static bool IsMissingStore(Exception? error) =>
        error is not null && (error is MsalCachePersistenceException || IsMissingStore(error.InnerException));

    private AuthenticationRecord? Read()
    {
        try
        {
            if (file.Length == 0 || !File.Exists(file))
                return null;
            using var stream = File.OpenRead(file);
            return AuthenticationRecord.Deserialize(stream);
        }
        catch (Exception error)
            when (error
                    is IOException
                        or UnauthorizedAccessException
                        or System.Text.Json.JsonException
                        or FormatException
                        or InvalidOperationException
            )
        {
            return null; // unreadable: the person signs in again and the file is replaced
        }
    }

    private void Write(AuthenticationRecord record)
    {
        if (file.Length == 0)
            return;
        try
        {
            Directory.CreateDirectory(environment.ProfileFolder);
            var options = new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Share = FileShare.None,
            };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var stream = new FileStream(file, options);
            record.Serialize(stream);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            environment.Say($"Sign-in      {file} cannot be written ({error.Message}): the next run requires a new sign-in");
        }
    }
}
