using Azure.Core;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Stands where a credential is wanted and there is none; the sign-in policy never asks it for a token.</summary>
internal sealed class AnonymousAccessCredential : TokenCredential
{
    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => default;

    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        default;
}
