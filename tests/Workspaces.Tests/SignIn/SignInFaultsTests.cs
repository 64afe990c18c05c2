using Azure.Core;
using Workspaces.Errors;
using static Workspaces.Tests.SignIn.ScriptedEntra;

namespace Workspaces.Tests.SignIn;

public class SignInFaultsTests
{
    private const string GitHubPath = "run-actions-1.actions.githubusercontent.com/71/idtoken/1f/a";
    private const string ImdsPath = "169.254.169.254/metadata/identity/oauth2/token";
    private const string OtherTenant = "99999999-9999-9999-9999-999999999999";
    private const string BySecret = $"Signing in by the client secret of application {Client} failed: ";
    private const string ByGitHub = $"Signing in by GitHub's token for application {Client} failed: ";

    // Azure.Identity itself reads this variable from the process.
    static SignInFaultsTests() => Environment.SetEnvironmentVariable("SYSTEM_OIDCREQUESTURI", TestSignIn.AzurePipelinesUri);

    [Theory]
    [InlineData(
        "invalid_client",
        $"AADSTS7000222: The provided client secret keys for app '{Client}' are expired. Visit the Azure portal to create "
            + "new keys for your app.",
        $"AZURE_CLIENT_SECRET of application {Client} has expired (7000222); it must be valid. Create a new one: `az ad app "
            + $"credential reset --append --id {Client}`."
    )]
    [InlineData(
        "invalid_client",
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
            + "value, not the client secret ID.",
        $"AZURE_CLIENT_SECRET is not a secret of application {Client} (7000215); it must be a secret's value, not its id. "
            + $"Create a new one: `az ad app credential reset --append --id {Client}`."
    )]
    [InlineData(
        "invalid_request",
        $"AADSTS90002: Tenant '{Tenant}' not found. Check to make sure you have the correct tenant ID.",
        $"tenant {Tenant} does not exist (90002); AML_TENANT_ID in the environment config must be the workspace's: `az "
            + "account show --query tenantId`."
    )]
    [InlineData(
        "unauthorized_client",
        $"AADSTS700016: Application with identifier '{Client}' was not found in the directory 'Example'.",
        $"application {Client} does not exist in tenant {Tenant} (700016); AZURE_CLIENT_ID must be the application (client) "
            + "id of an existing one, not its object id: `az ad app list --query '[].[appId,displayName]'`."
    )]
    [InlineData(
        "invalid_client",
        "AADSTS7000112: Application is disabled.",
        $"application {Client} is disabled (7000112); it must be enabled, in Microsoft Entra ID under Enterprise applications."
    )]
    [InlineData(
        "invalid_request",
        $"AADSTS999999: Something new about client_secret={TestSignIn.Planted}-client-secret here.",
        "Something new about client_secret=*** here. (AADSTS999999)"
    )]
    public async Task GetTokenAsync_SaysHowToFixIt_WhenEntraRefusesTheServicePrincipal(string error, string description, string expected)
    {
        var machine = new TestSignIn().WithSecret();
        machine.Entra.On(TokenPath, Refusal(error, description));

        Assert.Equal(BySecret + expected, await machine.FailAsync());
        Assert.Single(machine.Entra.Asked);
    }

    [Theory]
    [InlineData(
        "AADSTS700213: No matching federated identity record found for presented assertion subject "
            + "'repo:example/model-training:ref:refs/heads/x'. Check your federated identity credential Subject, Audience and "
            + "Issuer against the presented assertion.",
        "700213"
    )]
    [InlineData(
        "AADSTS70021: No matching federated identity record found for presented assertion. Assertion Issuer: "
            + "'https://token.actions.githubusercontent.com'. Assertion Subject: 'repo:example/model-training:ref:refs/heads/x'. "
            + "Assertion Audience: 'api://AzureADTokenExchange'.",
        "70021"
    )]
    public async Task GetTokenAsync_GivesTheCommandForAFederatedCredential_WhenGitHubsSubjectHasNone(string description, string code)
    {
        var machine = new TestSignIn().WithGitHub();
        machine.Entra.On(GitHubPath, Json(200, """{"value":"planted-assertion"}""")).On(TokenPath, Refusal("invalid_client", description));

        Assert.Equal(
            ByGitHub
                + $"application {Client} has no federated credential for subject repo:example/model-training:ref:refs/heads/x "
                + $"({code}); it must have one whose issuer, subject and audience equal those of the run exactly. "
                + $"Add it: `az ad app federated-credential create --id {Client} --parameters '"
                + """{"name":"github","issuer":"https://token.actions.githubusercontent.com","subject":"repo:example/model-training:ref:refs/heads/x","audiences":["api://AzureADTokenExchange"]}'`.""",
            await machine.FailAsync()
        );
    }

    [Fact]
    public async Task GetTokenAsync_NamesTheServiceConnection_WhenItsSubjectHasNoFederatedCredential()
    {
        var machine = new TestSignIn().WithAzurePipelines();
        var oidc = new Uri(TestSignIn.AzurePipelinesUri);
        machine
            .Entra.On(oidc.Host + oidc.AbsolutePath, Json(200, """{"oidcToken":"planted-oidc"}"""))
            .On(
                TokenPath,
                Refusal(
                    "invalid_client",
                    "AADSTS700213: No matching federated identity record found for presented assertion subject "
                        + "'sc://example/p/model-training'."
                )
            );

        Assert.Equal(
            $"Signing in by the service connection of application {Client} failed: application {Client} has no federated "
                + "credential for subject sc://example/p/model-training (700213); it must have one whose issuer, subject and "
                + "audience equal those of the run exactly. "
                + "The service connection's page in Azure DevOps shows its issuer and subject.",
            await machine.FailAsync()
        );
    }

    [Fact]
    public async Task GetTokenAsync_NamesTheMissingPermission_WhenAzureDevOpsReturnsNoToken()
    {
        var machine = new TestSignIn().WithAzurePipelines();
        var oidc = new Uri(TestSignIn.AzurePipelinesUri);
        machine.Entra.On(oidc.Host + oidc.AbsolutePath, Json(401, $$"""{"message":"{{TestSignIn.Planted}}-system-access may not"}"""));

        Assert.Equal(
            $"Signing in by the service connection of application {Client} failed: Azure DevOps returned no token for the "
                + "service connection; SYSTEM_ACCESSTOKEN must be this job's token, and the pipeline must be permitted to use the "
                + "service connection.",
            await machine.FailAsync()
        );
    }

    [Fact]
    public async Task GetTokenAsync_NamesTheRequest_WhenGitHubReturnsNoToken()
    {
        var machine = new TestSignIn().WithGitHub();
        machine.Entra.On(GitHubPath, Json(403, $$"""{"message":"{{TestSignIn.Planted}}-github-request is over"}"""));

        Assert.Equal(
            ByGitHub
                + (
                    "GET https://run-actions-1.actions.githubusercontent.com/71/idtoken/1f/a?api-version=2.0&audience=*** returned "
                    + "403 Forbidden: ***-github-request is over"
                ).Replace("***-github-request", "***", StringComparison.Ordinal),
            await machine.FailAsync()
        );
    }

    [Fact]
    public async Task GetTokenAsync_FailsTransiently_WhenEntraDoesNotRespond()
    {
        var machine = new TestSignIn().WithSecret();
        var signIn = machine.SignIn();

        var error = await Assert.ThrowsAsync<SignInException>(async () =>
            await signIn.GetTokenAsync(TestSignIn.Arm, TestContext.Current.CancellationToken)
        );
        machine.Entra.On(TokenPath, Token(TokenOf("{}")));
        var token = await signIn.GetTokenAsync(TestSignIn.Arm, TestContext.Current.CancellationToken);

        Assert.Equal(
            BySecret + $"POST https://{TokenPath} got no response in 4 tries: No route to host (login.microsoftonline.com)",
            error.Message
        );
        Assert.True(ServiceErrors.IsTransient(error, TestContext.Current.CancellationToken));
        Assert.Equal(TokenOf("{}"), token.Token);
    }

    [Fact]
    public async Task GetTokenAsync_FailsTransiently_WhenEntraIsOverloaded()
    {
        var machine = new TestSignIn().WithSecret();
        machine.Entra.On(TokenPath, Json(503, "{}"));

        var error = await Assert.ThrowsAsync<SignInException>(() => machine.GetTokenAsync());

        Assert.StartsWith(BySecret + "Microsoft Entra returned 503: ", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task GetTokenAsync_SuspectsAProxy_WhenTheResponseIsNotFromEntra()
    {
        var machine = new TestSignIn().WithSecret();
        machine.Entra.On(TokenPath, Json(200, "<html>Welcome to the guest network</html>"));

        Assert.Equal(
            BySecret
                + "the response is not from Microsoft Entra but from something in between, such as a proxy; HTTPS_PROXY must name "
                + "a proxy that allows login.microsoftonline.com.",
            await machine.FailAsync()
        );
    }

    [Fact]
    public async Task GetTokenAsync_SendsOneRequest_WhenTheCredentialIsRefused()
    {
        var machine = new TestSignIn().WithSecret();
        machine.Entra.On(TokenPath, Refusal("invalid_client", "AADSTS7000215: Invalid client secret provided."));
        var signIn = machine.SignIn();
        var messages = new List<string>();

        for (var attempt = 0; attempt < 3; attempt++)
        {
            var scope = new TokenRequestContext([$"https://scope{attempt}/.default"]);
            messages.Add(
                (
                    await Assert.ThrowsAsync<SignInException>(async () =>
                        await signIn.GetTokenAsync(scope, TestContext.Current.CancellationToken)
                    )
                ).Message
            );
        }

        Assert.Single(messages.Distinct(StringComparer.Ordinal));
        Assert.Single(machine.Entra.Asked);
    }

    [Fact]
    public async Task GetTokenAsync_ListsEveryReason_WhenNoSourceIsConfigured()
    {
        var machine = new TestSignIn();
        machine.Entra.OnSilence(ImdsPath, () => machine.Time.Pass(TimeSpan.FromSeconds(1)));

        Assert.Equal(
            $"""
            No credential for Azure is configured here; one of these must be:
              github             this is not a job of GitHub Actions
              azure-pipelines    this is not a job of Azure Pipelines
              workload-identity  AZURE_FEDERATED_TOKEN_FILE is not set
              service-principal  neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH is set
              managed-identity   this machine is not in Azure: 169.254.169.254 does not respond as it does there
              azure-cli          az is not on PATH
              browser            there is no terminal: nobody can sign in by hand
              device-code        there is no terminal: nobody can sign in by hand
            At a desk: `az login --tenant {Tenant}`. For a server, GitHub or Azure DevOps see docs/identity.md.
            """.ReplaceLineEndings("\n"),
            await machine.FailAsync()
        );
        Assert.Equal([ImdsPath], machine.Entra.Asked);
    }

    [Theory]
    [InlineData(404, "")]
    [InlineData(502, "<html>proxy</html>")]
    public async Task GetTokenAsync_SkipsManagedIdentity_WhenAnotherServerRespondsAtItsAddress(int status, string body)
    {
        var machine = new TestSignIn();
        machine.Entra.On(ImdsPath, Json(status, body));

        Assert.Contains("managed-identity   this machine is not in Azure", await machine.FailAsync(), StringComparison.Ordinal);
        Assert.Single(machine.Entra.Asked);
    }

    [Theory]
    [InlineData(null, "this machine has no system-assigned identity; AZURE_CLIENT_ID must name an identity assigned to it")]
    [InlineData(Client, $"AZURE_CLIENT_ID is {Client}, an identity that is not assigned to this machine")]
    public async Task GetTokenAsync_SkipsManagedIdentity_WhenTheMachineHasNone(string? client, string reason)
    {
        var machine = new TestSignIn();
        if (client is not null)
            machine.With(("AZURE_CLIENT_ID", client));
        machine.Entra.On(
            ImdsPath,
            Json(400, """{"error":"invalid_request","error_description":"Required metadata header not specified"}"""),
            Json(400, """{"error":"invalid_request","error_description":"Identity not found"}""")
        );

        Assert.Contains($"managed-identity   {reason}\n", await machine.FailAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetTokenAsync_NamesWhatIsMissing_WhenTheNamedSourceIsNotConfigured()
    {
        var machine = new TestSignIn().WithSecret().With(("GITHUB_ACTIONS", "true"));

        Assert.Equal(
            "--credential=github cannot be used here: ACTIONS_ID_TOKEN_REQUEST_URL is not set; the job must have `permissions: "
                + "id-token: write`. Leave it out for the first configured source, or see docs/identity.md.",
            await machine.FailAsync("github")
        );
        Assert.Empty(machine.Entra.Asked);
    }

    [Theory]
    [InlineData("github", "AZURE_TENANT_ID")]
    [InlineData("azure-pipelines", "AZURESUBSCRIPTION_TENANT_ID")]
    [InlineData("service-principal", "AZURE_TENANT_ID")]
    public async Task GetTokenAsync_Fails_WhenATenantContradictsTheEnvironmentConfig(string name, string variable)
    {
        var machine = name switch
        {
            "github" => new TestSignIn().WithGitHub(),
            "azure-pipelines" => new TestSignIn().WithAzurePipelines(),
            _ => new TestSignIn().WithSecret(),
        };
        machine.With((variable, OtherTenant));

        Assert.Equal(
            $"{variable} is {OtherTenant}; it must be {Tenant}, as AML_TENANT_ID in the environment config says. Correct the "
                + $"one that is wrong, or leave {variable} unset.",
            await machine.FailAsync()
        );
        Assert.Empty(machine.Entra.Asked);
    }

    [Fact]
    public async Task GetTokenAsync_Succeeds_WhenOneTenantIsADomainName()
    {
        var machine = new TestSignIn().WithSecret().With(("AZURE_TENANT_ID", "example.onmicrosoft.com"));
        machine.Entra.On(TokenPath, Token(TokenOf("{}")));

        Assert.Equal(TokenOf("{}"), await machine.GetTokenAsync());
    }

    [Theory]
    [InlineData(
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "github             ACTIONS_ID_TOKEN_REQUEST_URL is not set; the job must have `permissions: id-token: write`"
    )]
    [InlineData(
        "AZURE_CLIENT_ID",
        "github             AZURE_CLIENT_ID is not set; it must be the application with the federated credential for this repository"
    )]
    [InlineData(
        "SYSTEM_ACCESSTOKEN",
        "azure-pipelines    SYSTEM_ACCESSTOKEN is not set; the step must have `env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)`"
    )]
    [InlineData(
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
        "azure-pipelines    AZURESUBSCRIPTION_SERVICE_CONNECTION_ID is not set; the step must be an AzureCLI@2 task, whose "
            + "service connection has workload identity federation"
    )]
    public async Task GetTokenAsync_NamesTheVariable_WhenOneIsMissing(string variable, string expected)
    {
        var machine =
            variable.StartsWith('S') || variable.StartsWith("AZURESUB", StringComparison.Ordinal)
                ? new TestSignIn().WithAzurePipelines()
                : new TestSignIn().WithGitHub();
        machine.Variables[variable] = ""; // as a workflow sets it when its own variable is empty

        Assert.Contains(expected + "\n", await machine.FailAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetTokenAsync_Fails_WhenAFileIsMissing()
    {
        Assert.Equal(
            "AZURE_FEDERATED_TOKEN_FILE is /var/run/token, which does not exist; it must be the file to which the platform "
                + "writes its token.",
            await new TestSignIn().With(("AZURE_FEDERATED_TOKEN_FILE", "/var/run/token"), ("AZURE_CLIENT_ID", Client)).FailAsync()
        );
        Assert.Equal(
            "AZURE_CLIENT_CERTIFICATE_PATH is /etc/app.pem, which does not exist; it must be a .pem or .pfx file with the "
                + "certificate and its key.",
            await new TestSignIn().With(("AZURE_CLIENT_CERTIFICATE_PATH", "/etc/app.pem"), ("AZURE_CLIENT_ID", Client)).FailAsync()
        );
    }

    [Fact]
    public void Foresee_ListsTheConfiguredSources_WithoutARequest()
    {
        var desk = new TestSignIn { HasTerminal = true }.With(("PATH", "/usr/bin:/opt/az/bin"));
        desk.Files.Add("/opt/az/bin/az");

        Assert.Equal(
            "managed-identity (the machine's managed identity), else azure-cli (Azure CLI), else device-code (device code)",
            desk.SignIn().Foresee()
        );
        Assert.Equal(
            "managed-identity (the machine's managed identity), else nothing: docs/identity.md lists what can be configured",
            new TestSignIn().SignIn().Foresee()
        );
        Assert.Equal($"github (GitHub's token for application {Client})", new TestSignIn().WithGitHub().SignIn().Foresee());
        Assert.Empty(desk.Entra.Asked);
    }
}
