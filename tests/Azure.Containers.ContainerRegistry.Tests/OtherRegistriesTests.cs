using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Fixtures.Registries;
using Images.Registry;

namespace Azure.Containers.ContainerRegistry.Tests;

/// <summary>Registries that are not Azure's, over plain http on loopback. The options of the clients suffice for them.</summary>
public sealed class OtherRegistriesTests : IDisposable
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task GetRepositoryNames_SendsNoSignIn_WhenTheRegistryRequiresNone()
    {
        await using var registry = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        var content = CreateContent(registry, "open/detection", login: null);

        var digest = await Images.PushAsync(content, "v1");

        Assert.Equal(digest, (await content.GetManifestAsync("v1", cancellation)).Value.Digest);
        Assert.Equal(["v1"], await TagsAsync(content));
    }

    [Fact]
    public async Task Requests_SendNameAndPassword_WhenTheRegistryRequiresBasicAuthentication()
    {
        await using var registry = await DistributionRegistry.StartAsync(WithUser, cancellation);
        var content = CreateContent(registry, "basic/detection", new RegistryLogin("robot", "right"));

        var digest = await Images.PushAsync(content, "v1");

        Assert.Equal(digest, (await content.GetManifestAsync("v1", cancellation)).Value.Digest);
    }

    [Fact]
    public async Task Requests_Fail_WhenThePasswordIsWrong()
    {
        await using var registry = await DistributionRegistry.StartAsync(WithUser, cancellation);
        var content = CreateContent(registry, "basic/detection", new RegistryLogin("robot", "wrong-password"));

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => content.GetManifestAsync("v1", cancellation));

        Assert.Equal(401, error.Status);
        Assert.DoesNotContain("wrong-password", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TokenAlgorithm.ES256)]
    [InlineData(TokenAlgorithm.RS256)]
    public async Task Requests_SendTokens_OfTheRegistrysService(TokenAlgorithm algorithm)
    {
        await using var tokens = await TokenService.StartAsync(algorithm, cancellation);
        tokens.Users["robot"] = new TokenUser("right", "repository:token/detection:pull,push", "registry:catalog:*");
        tokens.AnonymousGrants = ["repository:token/detection:pull"];
        await using var registry = await DistributionRegistry.StartAsync(new RegistryOptions { TokenService = tokens }, cancellation);

        var digest = await Images.PushAsync(CreateContent(registry, "token/detection", new RegistryLogin("robot", "right")), "v1");

        Assert.Equal(
            digest,
            (await CreateContent(registry, "token/detection", login: null).GetManifestAsync("v1", cancellation)).Value.Digest
        );
        Assert.Equal(
            ["token/detection"],
            await ReadAsync(CreateContent(registry, "any", new RegistryLogin("robot", "right")), "/v2/_catalog", "repositories")
        );
        var outside = await Assert.ThrowsAsync<RequestFailedException>(() =>
            Images.PushAsync(CreateContent(registry, "other", new RegistryLogin("robot", "right")), "v1")
        );
        Assert.Equal(401, outside.Status);
        var stranger = CreateContent(registry, "token/detection", new RegistryLogin("robot", "wrong"));
        var wrong = await Assert.ThrowsAsync<RequestFailedException>(() => stranger.GetManifestAsync("v1", cancellation));
        Assert.Equal($"GET {tokens.Realm} returned 401: Unauthorized", wrong.Message);
    }

    [Fact]
    public async Task Requests_RenewTheToken_WhenItIsRevokedMidway()
    {
        await using var tokens = await TokenService.StartAsync(cancellationToken: cancellation);
        tokens.Users["robot"] = new TokenUser("right", "repository:*:*");
        await using var registry = await DistributionRegistry.StartAsync(new RegistryOptions { TokenService = tokens }, cancellation);
        var content = CreateContent(registry, "midway", new RegistryLogin("robot", "right"));
        var manifest = await Images.UploadAsync(content, "a layer");

        tokens.RotateKey();
        await registry.StartAgainAsync(cancellation);
        var digest = (await content.SetManifestAsync(manifest, "v1", ManifestMediaType.DockerManifest, cancellation)).Value.Digest;

        Assert.Equal(digest, (await content.GetManifestAsync("v1", cancellation)).Value.Digest);
    }

    [Fact]
    public async Task Requests_Fail_WhenTheTokenHasExpired()
    {
        await using var tokens = await TokenService.StartAsync(cancellationToken: cancellation);
        tokens.Users["robot"] = new TokenUser("right", "repository:*:*");
        tokens.AccessTokenLifetime = TimeSpan.FromMinutes(-2);
        await using var registry = await DistributionRegistry.StartAsync(new RegistryOptions { TokenService = tokens }, cancellation);

        var error = await Assert.ThrowsAsync<RequestFailedException>(() =>
            CreateContent(registry, "over", new RegistryLogin("robot", "right")).GetManifestAsync("v1", cancellation)
        );

        Assert.Equal(401, error.Status);
    }

    [Fact]
    public void LoopbackTransport_Fails_WhenTheRegistryIsOnAnotherMachine() =>
        Assert.Throws<ArgumentException>(() => new LoopbackTransport(new Uri("https://registry.example"), new HttpClientTransport(http)));

    private static RegistryOptions WithUser =>
        new() { Users = new Dictionary<string, string>(StringComparer.Ordinal) { ["robot"] = "right" } };

    private ContainerRegistryContentClient CreateContent(DistributionRegistry registry, string repository, RegistryLogin? login)
    {
        var endpoint = new Uri($"https://{registry.Name}/");
        var options = new ContainerRegistryClientOptions
        {
            Transport = new LoopbackTransport(endpoint, new HttpClientTransport(http)),
            Retry = { MaxRetries = 0 },
        };
        options.AddPolicy(new DockerSignInPolicy(endpoint, login, http), HttpPipelinePosition.BeforeTransport);
        return new ContainerRegistryContentClient(endpoint, repository, options);
    }

    private Task<string[]> TagsAsync(ContainerRegistryContentClient content) =>
        ReadAsync(content, $"/v2/{content.RepositoryName}/tags/list", "tags");

    // Lists that every registry has; the clients' own methods use Azure's calls for them.
    private async Task<string[]> ReadAsync(ContainerRegistryContentClient content, string path, string member)
    {
        using var message = content.Pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Get;
        message.Request.Uri.Reset(new Uri(content.Endpoint, path));
        await content.Pipeline.SendAsync(message, cancellation);
        using var body = JsonDocument.Parse(message.Response.Content);
        return [.. body.RootElement.GetProperty(member).EnumerateArray().Select(item => item.GetString()!)];
    }
}
