using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Workspaces.Errors;
using static Workspaces.Tests.Identity.ScriptedEntra;

namespace Workspaces.Tests.Identity;

public class SignInTests
{
    private const string GitHubPath = "run-actions-1.actions.githubusercontent.com/71/idtoken/1f/a";
    private const string ImdsPath = "169.254.169.254/metadata/identity/oauth2/token";

    private static readonly string App = TokenOf("""{"appid":"33333333-3333-3333-3333-333333333333","app_displayname":"model-training"}""");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    static SignInTests() => Environment.SetEnvironmentVariable("SYSTEM_OIDCREQUESTURI", TestPlace.AzurePipelinesUri); // Azure.Identity reads it and nothing else does

    [Fact]
    public async Task GitHub_ExchangesTheJobsToken()
    {
        var place = new TestPlace().WithGitHub();
        place.Entra.On(GitHubPath, Json(200, """{"count":1,"value":"planted-assertion"}""")).On(TokenPath, Token(App));

        Assert.Equal(App, await place.GetTokenAsync());

        Assert.Equal([$"Signed in    as model-training by GitHub's token for application {Client}"], place.Shown);
        place.Entra.SentMatches("sign-in-github.txt");
        place.HoldsNoSecret();
    }

    [Fact]
    public async Task GitHub_IsAskedAnewForEachToken_SoThatARunMayOutliveThem()
    {
        var place = new TestPlace().WithGitHub();
        place
            .Entra.On(GitHubPath, Json(200, """{"value":"assertion-1"}"""), Json(200, """{"value":"assertion-2"}"""))
            .On(TokenPath, Token(TokenOf("{}", "b25l"), seconds: 0), Token(TokenOf("{}", "dHdv"), seconds: 0));
        var signIn = place.SignIn();

        var first = await signIn.GetTokenAsync(TestPlace.Arm, Stop);
        place.Time.Pass(TimeSpan.FromDays(3650)); // past the end of any token, whatever this machine's clock says
        var second = await signIn.GetTokenAsync(TestPlace.Arm, Stop);

        Assert.NotEqual(first.Token, second.Token);
        Assert.Equal([GitHubPath, TokenPath, GitHubPath, TokenPath], place.Entra.Asked);
        Assert.Contains("client_assertion=assertion-1", place.Entra.Sent.ElementAt(1), StringComparison.Ordinal);
        Assert.Contains("client_assertion=assertion-2", place.Entra.Sent.ElementAt(3), StringComparison.Ordinal);
        Assert.Single(place.Shown);
    }

    [Fact]
    public async Task AzurePipelines_ExchangesTheServiceConnectionsToken()
    {
        var place = new TestPlace().WithAzurePipelines();
        place
            .Entra.On(
                new Uri(TestPlace.AzurePipelinesUri).Host + new Uri(TestPlace.AzurePipelinesUri).AbsolutePath,
                Json(200, """{"oidcToken":"planted-oidc"}""")
            )
            .On(TokenPath, Token(App));

        Assert.Equal(App, await place.GetTokenAsync());

        Assert.Equal([$"Signed in    as model-training by the service connection of application {Client}"], place.Shown);
        place.Entra.SentMatches("sign-in-azure-pipelines.txt");
        place.HoldsNoSecret();
    }

    [Fact]
    public async Task WorkloadIdentity_ExchangesTheTokenOfTheFile()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "planted-projected", Stop);
        var place = new TestPlace().With(("AZURE_FEDERATED_TOKEN_FILE", file), ("AZURE_CLIENT_ID", Client));
        place.Files.Add(file);
        place.Entra.On(TokenPath, Token(App));

        Assert.Equal(App, await place.GetTokenAsync());

        Assert.Equal([$"Signed in    as model-training by the workload identity of application {Client}"], place.Shown);
        place.Entra.SentMatches("sign-in-workload-identity.txt");
        place.HoldsNoSecret();
        File.Delete(file);
    }

    [Fact]
    public async Task ServicePrincipal_SendsItsSecretToTheTenantOfTheEnvironmentConfig()
    {
        var place = new TestPlace().WithSecret();
        place.Variables.Remove("AZURE_TENANT_ID");
        place.Entra.On(TokenPath, Token(App));

        Assert.Equal(App, await place.GetTokenAsync());

        Assert.Equal([$"Signed in    as model-training by the client secret of application {Client}"], place.Shown);
        place.Entra.SentMatches("sign-in-secret.txt");
        place.HoldsNoSecret();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("planted-certificate-password")]
    public async Task ServicePrincipal_SignsWithItsCertificate(string? password)
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.pfx");
        using (var key = RSA.Create(2048))
        using (
            var certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
                DateTimeOffset.UnixEpoch,
                DateTimeOffset.MaxValue
            )
        )
            await File.WriteAllBytesAsync(file, certificate.Export(X509ContentType.Pfx, password), Stop);
        var place = new TestPlace().With(("AZURE_CLIENT_ID", Client), ("AZURE_CLIENT_CERTIFICATE_PATH", file));
        if (password is not null)
            place.With(("AZURE_CLIENT_CERTIFICATE_PASSWORD", password));
        place.Files.Add(file);
        place.Entra.On(TokenPath, Token(App));

        Assert.Equal(App, await place.GetTokenAsync());

        Assert.Equal([$"Signed in    as model-training by the certificate of application {Client}"], place.Shown);
        Assert.Contains("client_assertion=eyJ", Assert.Single(place.Entra.Sent), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Theory]
    [InlineData(null, "sign-in-managed-identity.txt", "the machine's managed identity")]
    [InlineData(Client, "sign-in-managed-identity-of-user.txt", $"the managed identity {Client}")]
    public async Task ManagedIdentity_AsksTheMachine_OnceItsEndpointHasAnswered(string? client, string requests, string words)
    {
        var place = new TestPlace();
        if (client is not null)
            place.With(("AZURE_CLIENT_ID", client));
        place.Entra.On(
            ImdsPath,
            Json(400, """{"error":"invalid_request","error_description":"Required metadata header not specified"}"""),
            Json(
                200,
                $$"""{"access_token":"{{App}}","expires_in":"86400","expires_on":"4102444800","resource":"https://management.azure.com","token_type":"Bearer"}"""
            )
        );

        Assert.Equal(App, await place.GetTokenAsync());

        Assert.Equal([$"Signed in    as model-training by {words}"], place.Shown);
        place.Entra.SentMatches(requests);
    }

    [Fact]
    public async Task AWayThatGaveATokenStays_AndEachScopeHasOneToken()
    {
        var place = new TestPlace().WithSecret();
        place.Entra.On(TokenPath, Token(App), Token(TokenOf("{}", "dHdv")));
        var signIn = place.SignIn();
        var registry = new TokenRequestContext(["https://containerregistry.azure.net/.default"], isCaeEnabled: true);

        var tokens = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => signIn.GetTokenAsync(TestPlace.Arm, Stop).AsTask()));
        var other = await signIn.GetTokenAsync(registry, Stop);

        Assert.All(tokens, token => Assert.Equal(App, token.Token));
        Assert.NotEqual(App, other.Token);
        Assert.Equal([TokenPath, TokenPath], place.Entra.Asked);
        Assert.Single(place.Shown);
    }

    [Fact]
    public async Task AClaimsChallenge_GetsAnotherTokenAlthoughOneIsKept()
    {
        var place = new TestPlace().WithSecret();
        place.Entra.On(TokenPath, Token(App), Token(TokenOf("{}", "dHdv")));
        var signIn = place.SignIn();
        await signIn.GetTokenAsync(TestPlace.Arm, Stop);

        var challenged = await signIn.GetTokenAsync(
            new TokenRequestContext(TestPlace.Arm.Scopes, claims: """{"access_token":{"nbf":{"essential":true,"value":"1"}}}"""),
            Stop
        );

        Assert.NotEqual(App, challenged.Token);
    }

    [Fact]
    public async Task TheFirstOfTheOrderIsTaken_AndANamedOneBeforeIt()
    {
        var place = new TestPlace().WithGitHub().WithAzurePipelines().WithSecret();
        place.Entra.On(GitHubPath, Json(200, """{"value":"planted-assertion"}""")).On(TokenPath, Token(App));

        await place.GetTokenAsync();
        await place.GetTokenAsync("service-principal");

        Assert.Equal(
            [
                $"Signed in    as model-training by GitHub's token for application {Client}",
                $"Signed in    as model-training by the client secret of application {Client}",
            ],
            place.Shown
        );
    }

    [Fact]
    public void SignIn_ListsTheNames_WhenGivenAnother()
    {
        var error = Assert.Throws<WorkspaceException>(() => new TestPlace().SignIn("az"));

        Assert.Equal(
            "--credential is \"az\"; it must be one of github, azure-pipelines, workload-identity, service-principal, managed-identity, azure-cli, browser, device-code, or be left out for the first that is configured.",
            error.Message
        );
    }
}
