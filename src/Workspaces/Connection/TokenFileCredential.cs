using Azure.Core;
using Workspaces.Errors;

namespace Workspaces.Connection;

/// <summary>
/// The access token of the workspace emulator, read from the file it keeps for its user alone. The value goes into the Authorization header
/// and nowhere else.
/// </summary>
/// <param name="path">The emulator's token file.</param>
/// <param name="timeProvider">Dates the token; the system's clock when null.</param>
public sealed class TokenFileCredential(string path, TimeProvider? timeProvider = null) : TokenCredential
{
    // The file does not change while the emulator runs; an hour keeps the pipeline from reading it for every request.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <exception cref="WorkspaceException">The file is not there or cannot be read.</exception>
    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        try
        {
            return new AccessToken(File.ReadAllText(path).Trim(), (timeProvider ?? TimeProvider.System).GetUtcNow() + Lifetime);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkspaceException(
                $"{path} cannot be read ({error.Message}); it must hold the emulator's access token. Start the emulator as the user who runs this."
            );
        }
    }

    /// <exception cref="WorkspaceException">The file is not there or cannot be read.</exception>
    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        ValueTask.FromResult(GetToken(requestContext, cancellationToken));
}
