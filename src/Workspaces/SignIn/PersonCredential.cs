using Azure.Core;
using Azure.Identity;
using Microsoft.Identity.Client.Extensions.Msal;

namespace Workspaces.SignIn;

/// <summary>
/// Signs a person in once: the token is kept in the system's encrypted store, and who it belongs to in a file of the user's profile, which holds
/// no secret. Where the system has no such store, the token lives as long as the run.
/// </summary>
/// <param name="place">Where this runs.</param>
/// <param name="tenantId">Tenant; null: the person's own.</param>
/// <param name="create">Makes the credential, for an account that is known or for a new one.</param>
internal sealed class PersonCredential(
    SignInPlace place,
    string? tenantId,
    Func<AuthenticationRecord?, TokenCachePersistenceOptions?, PersonSignIn.Handle> create
) : TokenCredential
{
    private readonly string file =
        place.ProfileFolder.Length == 0 ? "" : Path.Combine(place.ProfileFolder, $"signed-in-{tenantId ?? "home"}.json");
    private PersonSignIn.Handle? handle;

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        GetTokenAsync(requestContext, cancellationToken).AsTask().GetAwaiter().GetResult();

    public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        handle ??= create(Read(), place.TokenCache());
        try
        {
            return await AskAsync(requestContext, cancellationToken);
        }
        catch (AuthenticationFailedException error) when (IsWithoutStore(error))
        {
            place.Say("Sign-in      this system has no encrypted store for the token: the next run asks again");
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

    private static bool IsWithoutStore(Exception? error) =>
        error is not null && (error is MsalCachePersistenceException || IsWithoutStore(error.InnerException));

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
            return null; // not one of ours any more: the person signs in again, and it is written anew
        }
    }

    private void Write(AuthenticationRecord record)
    {
        if (file.Length == 0)
            return;
        try
        {
            Directory.CreateDirectory(place.ProfileFolder);
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
            place.Say($"Sign-in      {file} cannot be written ({error.Message}): the next run asks again");
        }
    }
}
