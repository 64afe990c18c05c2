namespace Azure.Containers.ContainerRegistry;

/// <summary>An ACR access token: opens one scope of one registry, for about an hour.</summary>
public class AcrAccessToken
{
    internal AcrAccessToken(string accessToken) => AccessToken = accessToken;

    public string AccessToken { get; }
}
