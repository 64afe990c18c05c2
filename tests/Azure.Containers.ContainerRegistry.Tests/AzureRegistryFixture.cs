using System.Net;
using Azure.Core.Pipeline;
using Fixtures.Registries;

namespace Azure.Containers.ContainerRegistry.Tests;

/// <summary>A real registry behind Azure's front, its token service and blob store, and clients of it.</summary>
public sealed class AzureRegistryFixture : IAsyncLifetime
{
    public const string AadToken = "an-entra-token";

    private HttpClient? http;

    public TokenService Tokens { get; private set; } = null!;

    public BlobStore Store { get; private set; } = null!;

    public AzureFront Front { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Tokens = await TokenService.StartAsync();
        Tokens.Users["builder"] = new TokenUser("builder's password", "repository:*:*", "registry:catalog:*");
        Tokens.Users["reader"] = new TokenUser("reader's password", "repository:*:pull,metadata_read");
        Tokens.AadTokens[AadToken] = "builder";
        Tokens.AadTokens["a-reader's-token"] = "reader";
        Store = await BlobStore.StartAsync();
        Front = await AzureFront.StartAsync(Tokens, Store);
        http = new HttpClient(Front.CreateHandler());
    }

    public async ValueTask DisposeAsync()
    {
        http?.Dispose();
        await Front.DisposeAsync();
        await Store.DisposeAsync();
        await Tokens.DisposeAsync();
    }

    public ContainerRegistryClientOptions CreateOptions() =>
        new() { Transport = new HttpClientTransport(http!), Retry = { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(1) } };

    public ContainerRegistryClient CreateClient(string aadToken = AadToken) =>
        new(Front.Address, new FixedCredential(aadToken), CreateOptions());

    public ContainerRegistryContentClient CreateContent(string repository, string aadToken = AadToken) =>
        new(Front.Address, repository, new FixedCredential(aadToken), CreateOptions());

    /// <summary>Responds to the first matching request in place of the registry.</summary>
    internal void AnswerOnce(Func<Microsoft.AspNetCore.Http.HttpContext, bool> fits, HttpStatusCode status, string body) =>
        Front.Intercept = async context =>
        {
            if (!fits(context))
                return false;

            Front.Intercept = null;
            context.Response.StatusCode = (int)status;
            context.Response.ContentType = "application/json";
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, body);
            return true;
        };
}
