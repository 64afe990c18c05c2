using System.Security.Cryptography;

namespace Azure.Containers.ContainerRegistry.Tests;

public class SignInTests(AzureRegistryFixture registry) : IClassFixture<AzureRegistryFixture>
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    private string[] TokenRequestsSince(int count) =>
        [.. registry.Tokens.Requests.Skip(count).Select(request => $"{request.Kind} {request.Scope}".TrimEnd())];

    [Fact]
    public async Task Requests_RequestOneTokenPerScope_AfterOneExchange()
    {
        var before = registry.Tokens.Requests.Count;
        var credential = new FixedCredential(AzureRegistryFixture.AadToken);
        var content = new ContainerRegistryContentClient(registry.Front.Address, "signin/scopes", credential, registry.CreateOptions());

        await Images.PushAsync(content, "v1");
        await content.GetManifestAsync("v1", cancellation);
        await content.GetManifestAsync("v1", cancellation);

        Assert.Equal(
            ["exchange", "refresh_token repository:signin/scopes:pull,push", "refresh_token repository:signin/scopes:pull"],
            TokenRequestsSince(before)
        );
        Assert.Equal(["https://containerregistry.azure.net/.default"], credential.Scopes);
    }

    [Fact]
    public async Task Requests_RequestTokensOfTheAudience_WhenOneIsSet()
    {
        var credential = new FixedCredential(AzureRegistryFixture.AadToken);
        var options = registry.CreateOptions();
        options.Audience = ContainerRegistryAudience.AzureResourceManagerChina;

        await new ContainerRegistryClient(registry.Front.Address, credential, options)
            .GetRepositoryNamesAsync(cancellation)
            .ToListAsync(cancellation);

        Assert.Equal(["https://management.chinacloudapi.cn/.default"], credential.Scopes);
    }

    [Fact]
    public async Task Requests_RenewTheAccessToken_WhenItHasExpired()
    {
        var content = registry.CreateContent("signin/expired");
        await Images.PushAsync(content, "v1");
        // Tokens issued now expire in five seconds: the registry accepts them, and the client does not use them a second time.
        registry.Tokens.AccessTokenLifetime = TimeSpan.FromSeconds(5);
        try
        {
            var before = registry.Tokens.Requests.Count;
            await content.GetManifestAsync("v1", cancellation);
            await content.GetManifestAsync("v1", cancellation);

            Assert.Equal(
                ["refresh_token repository:signin/expired:pull", "refresh_token repository:signin/expired:pull"],
                TokenRequestsSince(before)
            );
        }
        finally
        {
            registry.Tokens.AccessTokenLifetime = TimeSpan.FromMinutes(5);
        }
    }

    [Fact]
    public async Task UploadBlob_Resumes_WhenEveryTokenIsRevokedMidway()
    {
        var bytes = RandomNumberGenerator.GetBytes((12 * 1024 * 1024) + 5);
        var content = registry.CreateContent("signin/midway");
        var before = registry.Tokens.Requests.Count;
        var isRotated = false;
        var stream = new ForwardStream(bytes, async position =>
        {
            if (position >= 8 * 1024 * 1024 && !isRotated)
            {
                isRotated = true;
                registry.Tokens.RotateKey();
                await registry.Front.Registry.StartAgainAsync(cancellation);
            }
        });

        var uploaded = (await content.UploadBlobAsync(stream, cancellation)).Value;

        Assert.True(isRotated);
        Assert.Equal($"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}", uploaded.Digest);
        Assert.Equal(bytes.Length, new FileInfo(registry.Front.Registry.PathOfBlob(uploaded.Digest)).Length);
        // The refresh token is revoked with the key: it is refused once, and exchanged again.
        Assert.Equal(
            [
                "exchange",
                "refresh_token repository:signin/midway:pull,push",
                "refresh_token repository:signin/midway:pull,push",
                "exchange",
                "refresh_token repository:signin/midway:pull,push",
            ],
            TokenRequestsSince(before)
        );
    }

    [Fact]
    public async Task Requests_ExchangeAgain_WhenTheRefreshTokenIsRevoked()
    {
        var content = registry.CreateContent("signin/withdrawn");
        await Images.PushAsync(content, "v1");
        registry.Tokens.WithdrawRefreshTokens();

        var got = await content.GetManifestAsync("v1", cancellation);

        Assert.Equal(200, got.GetRawResponse().Status);
    }

    [Fact]
    public async Task UploadBlob_Fails_WhenTheUserMayOnlyRead()
    {
        await Images.PushAsync(registry.CreateContent("signin/readonly"), "v1");
        var content = registry.CreateContent("signin/readonly", "a-reader's-token");

        Assert.Equal(200, (await content.GetManifestAsync("v1", cancellation)).GetRawResponse().Status);
        var error = await Assert.ThrowsAsync<RequestFailedException>(() =>
            content.UploadBlobAsync(BinaryData.FromString("x"), cancellation)
        );

        Assert.Equal(401, error.Status);
        Assert.Equal("UNAUTHORIZED", error.ErrorCode);
        Assert.StartsWith(
            $"POST {registry.Front.Address}v2/signin/readonly/blobs/uploads/ returned 401: UNAUTHORIZED: authentication required",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Requests_FailInTheExchange_WhenTheEntraTokenIsForAnotherResource()
    {
        var content = registry.CreateContent("signin/stranger", "a-stranger's-token");

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => content.GetManifestAsync("v1", cancellation));

        Assert.StartsWith(
            $"POST {registry.Front.Address}oauth2/exchange returned 401: UNAUTHORIZED: authentication required",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("a-stranger's-token", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_ReadWithoutSignIn_WhenTheRegistryAllowsIt()
    {
        await Images.PushAsync(registry.CreateContent("signin/public"), "v1");
        registry.Tokens.AnonymousGrants = ["repository:signin/public:pull"];
        var content = new ContainerRegistryContentClient(registry.Front.Address, "signin/public", registry.CreateOptions());

        Assert.Equal(200, (await content.GetManifestAsync("v1", cancellation)).GetRawResponse().Status);
        Assert.Equal(
            401,
            (
                await Assert.ThrowsAsync<RequestFailedException>(() => content.UploadBlobAsync(BinaryData.FromString("x"), cancellation))
            ).Status
        );
    }

    [Fact]
    public async Task Requests_AreNotSent_WhenTheAddressIsNotHttps()
    {
        var client = new ContainerRegistryClient(registry.Front.Registry.Address, new FixedCredential(AzureRegistryFixture.AadToken));

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await client.GetRepositoryNamesAsync(cancellation).ToListAsync(cancellation)
        );
    }
}
