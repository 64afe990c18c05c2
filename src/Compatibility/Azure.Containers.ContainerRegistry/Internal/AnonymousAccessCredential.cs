using Azure.Core;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Stands for a missing credential. The sign-in policy never requests a token from it.</summary>
internal sealed class AnonymousAccessCredential : TokenCredential
{
    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => default;

    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        default;
}
