using System.Net;
using System.Text;
using Azure.Core.Pipeline;

namespace Azure.Containers.ContainerRegistry.Tests;

/// <summary>Compares all requests of a sign-in to Azure's registry: challenge, exchange, token, and the request that needed it.</summary>
public class TokenRequestTests
{
    [Fact]
    public async Task Requests_SendExchangeAndToken_AsInTheFile()
    {
        using var service = new ScriptedRegistry();
        using var http = new HttpClient(service);
        var options = new ContainerRegistryClientOptions { Transport = new HttpClientTransport(http) };

        await new ContainerRegistryClient(new Uri("https://team.azurecr.io"), new FixedCredential("planted entra/token"), options)
            .GetRepositoryNamesAsync(TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);

        var expected = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "Requests", "sign-in.expected.txt"),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(expected.ReplaceLineEndings("\n"), service.Sent.ToString());
    }

    /// <summary>Requires a token by a challenge, as Azure's registries do, and records the requests.</summary>
    private sealed class ScriptedRegistry : HttpMessageHandler
    {
        public StringBuilder Sent { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Sent.Append(request.Method).Append(' ').Append(request.RequestUri!.PathAndQuery).Append('\n');
            if (request.Headers.Authorization is { } authorization)
                Sent.Append("authorization: ").Append(authorization).Append('\n');
            if (request.Content is { } content)
            {
                Sent.Append("content-type: ").Append(content.Headers.ContentType).Append("\n\n");
                Sent.Append(await content.ReadAsStringAsync(cancellationToken)).Append('\n');
            }

            Sent.Append('\n');
            var isSignedIn = request.Headers.Authorization is not null;
            var (status, body) = request.RequestUri.AbsolutePath switch
            {
                "/oauth2/exchange" => (HttpStatusCode.OK, """{"refresh_token":"the refresh+token"}"""),
                "/oauth2/token" => (HttpStatusCode.OK, """{"access_token":"theaccesstoken"}"""),
                _ when isSignedIn => (HttpStatusCode.OK, """{"repositories":["model-training"]}"""),
                _ => (HttpStatusCode.Unauthorized, """{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"""),
            };
            var answer = new HttpResponseMessage(status)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
                RequestMessage = request,
            };
            if (status == HttpStatusCode.Unauthorized)
            {
                answer.Headers.TryAddWithoutValidation(
                    "WWW-Authenticate",
                    "Bearer realm=\"https://team.azurecr.io/oauth2/token\",service=\"team.azurecr.io\",scope=\"registry:catalog:*\""
                );
            }

            return answer;
        }
    }
}
