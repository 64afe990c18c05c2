using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Workspaces.DataPlane;

namespace Images.Registry;

/// <summary>Gets the refresh tokens of an Azure registry, which are the passwords of <c>docker login</c>.</summary>
/// <param name="pipeline">Sends without signing in: the request carries its proof in the body.</param>
/// <param name="registry">Address of the registry.</param>
internal sealed class RefreshTokens(HttpPipeline pipeline, Uri registry)
{
    /// <summary>Exchanges a token of Microsoft Entra for a refresh token of the registry.</summary>
    /// <param name="service">The registry's host name.</param>
    /// <param name="accessToken">A token of Microsoft Entra for registries or for Azure Resource Manager.</param>
    /// <param name="cancellationToken">Cancels the request and its retries.</param>
    /// <exception cref="RequestFailedException">The registry refused the token, or its response has no token.</exception>
    /// <remarks>Source: Azure Container Registry, "AAD integration": POST /oauth2/exchange.</remarks>
    public async Task<string> GetAsync(string service, string accessToken, CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Post;
        message.Request.Uri.Reset(new Uri(registry, "/oauth2/exchange"));
        message.Request.Headers.Add("Content-Type", "application/x-www-form-urlencoded");
        message.Request.Content = RequestContent.Create(
            BinaryData.FromString(
                $"grant_type=access_token&service={Uri.EscapeDataString(service)}&access_token={Uri.EscapeDataString(accessToken)}"
            )
        );
        var token = await pipeline.ReadJsonAsync(message, static body => body.Text("refresh_token"), cancellationToken);
        return token
            ?? throw new RequestFailedException(message.Response.Status, $"{service} returned no refresh_token; it must return one.");
    }
}
