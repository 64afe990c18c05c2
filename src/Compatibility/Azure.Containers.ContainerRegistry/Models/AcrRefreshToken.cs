namespace Azure.Containers.ContainerRegistry;

/// <summary>
/// An ACR refresh token: is exchanged for access tokens, and is the password of <c>docker login</c> with the user name
/// 00000000-0000-0000-0000-000000000000.
/// </summary>
public class AcrRefreshToken
{
    internal AcrRefreshToken(string refreshToken) => RefreshToken = refreshToken;

    public string RefreshToken { get; }
}
