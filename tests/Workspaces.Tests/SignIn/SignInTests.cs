using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Workspaces.Errors;
using static Workspaces.Tests.SignIn.ScriptedEntra;

namespace Workspaces.Tests.SignIn;

public class SignInTests
{
    private const string GitHubPath = "run-actions-1.actions.githubusercontent.com/71/idtoken/1f/a";
    private const string ImdsPath = "169.254.169.254/metadata/identity/oauth2/token";

    private static readonly string App = TokenOf("""{"appid":"33333333-3333-3333-3333-333333333333","app_displayname":"model-training"}""");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // Azure.Identity itself reads this variable from the process.
    static SignInTests() => Environment.SetEnvironmentVariable("SYSTEM_OIDCREQUESTURI", TestSignIn.AzurePipelinesUri);

    [Fact]
    public async Task GetTokenAsync_ExchangesTheJobsToken_OnGitHub()
    {
        var machine = new TestSignIn().WithGitHub();
        machine.Entra.On(GitHubPath, Json(200, """{"count":1,"value":"planted-assertion"}""")).On(TokenPath, Token(App));

        Assert.Equal(App, await machine.GetTokenAsync());

        Assert.Equal([$"Signed in    as model-training by GitHub's token for application {Client}"], machine.Shown);
        machine.Entra.SentMatches("sign-in-github.txt");
        machine.HoldsNoSecret();
    }

    [Fact]
    public async Task GetTokenAsync_RequestsANewGitHubToken_WhenATokenIsRenewed()
    {
        var machine = new TestSignIn().WithGitHub();
        machine
            .Entra.On(GitHubPath, Json(200, """{"value":"assertion-1"}"""), Json(200, """{"value":"assertion-2"}"""))
            .On(TokenPath, Token(TokenOf("{}", "b25l"), seconds: 0), Token(TokenOf("{}", "dHdv"), seconds: 0));
        var signIn = machine.SignIn();

        var first = await signIn.GetTokenAsync(TestSignIn.Arm, Stop);
        machine.Time.Pass(TimeSpan.FromDays(3650)); // past the expiry of any token
        var second = await signIn.GetTokenAsync(TestSignIn.Arm, Stop);

        Assert.NotEqual(first.Token, second.Token);
        Assert.Equal([GitHubPath, TokenPath, GitHubPath, TokenPath], machine.Entra.Asked);
        Assert.Contains("client_assertion=assertion-1", machine.Entra.Sent.ElementAt(1), StringComparison.Ordinal);
        Assert.Contains("client_assertion=assertion-2", machine.Entra.Sent.ElementAt(3), StringComparison.Ordinal);
        Assert.Single(machine.Shown);
    }

    [Fact]
    public async Task GetTokenAsync_ExchangesTheServiceConnectionsToken_OnAzurePipelines()
    {
        var machine = new TestSignIn().WithAzurePipelines();
        machine
            .Entra.On(
                new Uri(TestSignIn.AzurePipelinesUri).Host + new Uri(TestSignIn.AzurePipelinesUri).AbsolutePath,
                Json(200, """{"oidcToken":"planted-oidc"}""")
            )
            .On(TokenPath, Token(App));

        Assert.Equal(App, await machine.GetTokenAsync());

        Assert.Equal([$"Signed in    as model-training by the service connection of application {Client}"], machine.Shown);
        machine.Entra.SentMatches("sign-in-azure-pipelines.txt");
        machine.HoldsNoSecret();
    }

    [Fact]
    public async Task GetTokenAsync_ExchangesTheTokenOfTheFile_ForWorkloadIdentity()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "planted-projected", Stop);
        var machine = new TestSignIn().With(("AZURE_FEDERATED_TOKEN_FILE", file), ("AZURE_CLIENT_ID", Client));
        machine.Files.Add(file);
        machine.Entra.On(TokenPath, Token(App));

        Assert.Equal(App, await machine.GetTokenAsync());

        Assert.Equal([$"Signed in    as model-training by the workload identity of application {Client}"], machine.Shown);
        machine.Entra.SentMatches("sign-in-workload-identity.txt");
        machine.HoldsNoSecret();
        File.Delete(file);
    }

    [Fact]
    public async Task GetTokenAsync_SendsTheSecretToTheConfiguredTenant_ForAServicePrincipal()
    {
        var machine = new TestSignIn().WithSecret();
        machine.Variables.Remove("AZURE_TENANT_ID");
        machine.Entra.On(TokenPath, Token(App));

        Assert.Equal(App, await machine.GetTokenAsync());

        Assert.Equal([$"Signed in    as model-training by the client secret of application {Client}"], machine.Shown);
        machine.Entra.SentMatches("sign-in-secret.txt");
        machine.HoldsNoSecret();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("planted-certificate-password")]
    public async Task GetTokenAsync_SignsWithTheCertificate_ForAServicePrincipal(string? password)
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.pfx");
        using (var key = RSA.Create(2048))
        using (
            var certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
                DateTimeOffset.UnixEpoch,
                DateTimeOffset.MaxValue
            )
        )
        {
            await File.WriteAllBytesAsync(file, certificate.Export(X509ContentType.Pfx, password), Stop);
        }

        var machine = new TestSignIn().With(("AZURE_CLIENT_ID", Client), ("AZURE_CLIENT_CERTIFICATE_PATH", file));
        if (password is not null)
            machine.With(("AZURE_CLIENT_CERTIFICATE_PASSWORD", password));
        machine.Files.Add(file);
        machine.Entra.On(TokenPath, Token(App));

        Assert.Equal(App, await machine.GetTokenAsync());

        Assert.Equal([$"Signed in    as model-training by the certificate of application {Client}"], machine.Shown);
        Assert.Contains("client_assertion=eyJ", Assert.Single(machine.Entra.Sent), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Theory]
    [InlineData(null, "sign-in-managed-identity.txt", "the machine's managed identity")]
    [InlineData(Client, "sign-in-managed-identity-of-user.txt", $"the managed identity {Client}")]
    public async Task GetTokenAsync_RequestsATokenOfTheMachine_WhenItsEndpointResponds(string? client, string requests, string words)
    {
        var machine = new TestSignIn();
        if (client is not null)
            machine.With(("AZURE_CLIENT_ID", client));
        machine.Entra.On(
            ImdsPath,
            Json(400, """{"error":"invalid_request","error_description":"Required metadata header not specified"}"""),
            Json(
                200,
                $$"""
                {"access_token":"{{App}}","expires_in":"86400","expires_on":"4102444800",
                 "resource":"https://management.azure.com","token_type":"Bearer"}
                """
            )
        );

        Assert.Equal(App, await machine.GetTokenAsync());

        Assert.Equal([$"Signed in    as model-training by {words}"], machine.Shown);
        machine.Entra.SentMatches(requests);
    }

    [Fact]
    public async Task GetTokenAsync_RequestsOneTokenPerScope_WhenCalledConcurrently()
    {
        var machine = new TestSignIn().WithSecret();
        machine.Entra.On(TokenPath, Token(App), Token(TokenOf("{}", "dHdv")));
        var signIn = machine.SignIn();
        var registry = new TokenRequestContext(["https://containerregistry.azure.net/.default"], isCaeEnabled: true);

        var tokens = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => signIn.GetTokenAsync(TestSignIn.Arm, Stop).AsTask()));
        var other = await signIn.GetTokenAsync(registry, Stop);

        Assert.All(tokens, token => Assert.Equal(App, token.Token));
        Assert.NotEqual(App, other.Token);
        Assert.Equal([TokenPath, TokenPath], machine.Entra.Asked);
        Assert.Single(machine.Shown);
    }

    [Fact]
    public async Task GetTokenAsync_RequestsAnotherToken_WhenTheServiceNamesClaims()
    {
        var machine = new TestSignIn().WithSecret();
        machine.Entra.On(TokenPath, Token(App), Token(TokenOf("{}", "dHdv")));
        var signIn = machine.SignIn();
        await signIn.GetTokenAsync(TestSignIn.Arm, Stop);

        var challenged = await signIn.GetTokenAsync(
            new TokenRequestContext(TestSignIn.Arm.Scopes, claims: """{"access_token":{"nbf":{"essential":true,"value":"1"}}}"""),
            Stop
        );

        Assert.NotEqual(App, challenged.Token);
    }

    [Fact]
    public async Task GetTokenAsync_UsesTheFirstConfiguredSource_UnlessOneIsNamed()
    {
        var machine = new TestSignIn().WithGitHub().WithAzurePipelines().WithSecret();
        machine.Entra.On(GitHubPath, Json(200, """{"value":"planted-assertion"}""")).On(TokenPath, Token(App));

        await machine.GetTokenAsync();
        await machine.GetTokenAsync("service-principal");

        Assert.Equal(
            [
                $"Signed in    as model-training by GitHub's token for application {Client}",
                $"Signed in    as model-training by the client secret of application {Client}",
            ],
            machine.Shown
        );
    }

    [Fact]
    public void ChosenCredential_ListsTheNames_WhenTheNameIsUnknown()
    {
        var error = Assert.Throws<WorkspaceException>(() => new TestSignIn().SignIn("az"));

        Assert.Equal(
            "--credential is \"az\"; it must be one of github, azure-pipelines, workload-identity, service-principal, "
                + "managed-identity, azure-cli, browser, device-code, or be left out for the first configured source.",
            error.Message
        );
    }
}
