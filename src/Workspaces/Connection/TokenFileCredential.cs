using Azure.Core;
using Workspaces.Errors;

namespace Workspaces.Connection;

/// <summary>
/// Reads the access token of the workspace emulator from a file that only its user can read. The token is sent in the Authorization header
/// and appears nowhere else.
/// </summary>
/// <param name="path">The emulator's token file.</param>
/// <param name="timeProvider">Clock for the token's expiry; null: the system's.</param>
public sealed class TokenFileCredential(string path, TimeProvider? timeProvider = null) : TokenCredential
{
    // The file does not change while the emulator runs. A lifetime of an hour avoids a read for every request.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <exception cref="WorkspaceException">The file is missing or cannot be read.</exception>
    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        try
        {
            return new AccessToken(File.ReadAllText(path).Trim(), (timeProvider ?? TimeProvider.System).GetUtcNow() + Lifetime);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkspaceException(
                $"{path} cannot be read ({error.Message}); it must hold the emulator's access token. Start the emulator as the "
                    + "user who runs this command."
            );
        }
    }

    /// <exception cref="WorkspaceException">The file is missing or cannot be read.</exception>
    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        ValueTask.FromResult(GetToken(requestContext, cancellationToken));
}
