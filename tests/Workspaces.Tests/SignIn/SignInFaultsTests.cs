using Azure.Core;
using Workspaces.Errors;
using static Workspaces.Tests.Identity.ScriptedEntra;

namespace Workspaces.Tests.Identity;

public class SignInFaultsTests
{
    private const string GitHubPath = "run-actions-1.actions.githubusercontent.com/71/idtoken/1f/a";
    private const string ImdsPath = "169.254.169.254/metadata/identity/oauth2/token";
    private const string OtherTenant = "99999999-9999-9999-9999-999999999999";
    private const string BySecret = $"Signing in by the client secret of application {Client} failed: ";
    private const string ByGitHub = $"Signing in by GitHub's token for application {Client} failed: ";

    static SignInFaultsTests() => Environment.SetEnvironmentVariable("SYSTEM_OIDCREQUESTURI", TestPlace.AzurePipelinesUri); // Azure.Identity reads it and nothing else does

    [Theory]
    [InlineData(
        "invalid_client",
        $"AADSTS7000222: The provided client secret keys for app '{Client}' are expired. Visit the Azure portal to create new keys for your app.",
        $"AZURE_CLIENT_SECRET of application {Client} has expired (7000222); it must be one that is valid. Make it: `az ad app credential reset --append --id {Client}`."
    )]
    [InlineData(
        "invalid_client",
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.",
        $"AZURE_CLIENT_SECRET is no secret of application {Client} (7000215); it must be a secret's value, not its id. Make a new one: `az ad app credential reset --append --id {Client}`."
    )]
    [InlineData(
        "invalid_request",
        $"AADSTS90002: Tenant '{Tenant}' not found. Check to make sure you have the correct tenant ID.",
        $"there is no tenant {Tenant} (90002); AML_TENANT_ID in the environment config must be the workspace's: `az account show --query tenantId`."
    )]
    [InlineData(
        "unauthorized_client",
        $"AADSTS700016: Application with identifier '{Client}' was not found in the directory 'Example'.",
        $"there is no application {Client} in tenant {Tenant} (700016); AZURE_CLIENT_ID must be the application (client) id of one that is there, not its object id: `az ad app list --query '[].[appId,displayName]'`."
    )]
    [InlineData(
        "invalid_client",
        "AADSTS7000112: Application is disabled.",
        $"application {Client} is disabled (7000112); it must be enabled, in Microsoft Entra ID under Enterprise applications."
    )]
    [InlineData(
        "invalid_request",
        $"AADSTS999999: Something new about client_secret={TestPlace.Planted}-client-secret here.",
        "Something new about client_secret=*** here. (AADSTS999999)"
    )]
    public async Task Message_SaysTheMend_WhenEntraRefusesTheServicePrincipal(string error, string description, string expected)
    {
        var place = new TestPlace().WithSecret();
        place.Entra.On(TokenPath, Refusal(error, description));

        Assert.Equal(BySecret + expected, await place.FailAsync());
        Assert.Single(place.Entra.Asked);
    }

    [Theory]
    [InlineData(
        "AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:example/model-training:ref:refs/heads/x'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.",
        "700213"
    )]
    [InlineData(
        "AADSTS70021: No matching federated identity record found for presented assertion. Assertion Issuer: 'https://token.actions.githubusercontent.com'. Assertion Subject: 'repo:example/model-training:ref:refs/heads/x'. Assertion Audience: 'api://AzureADTokenExchange'.",
        "70021"
    )]
    public async Task Message_GivesTheFederatedCredentialToMake_WhenGitHubsSubjectHasNone(string description, string code)
    {
        var place = new TestPlace().WithGitHub();
        place.Entra.On(GitHubPath, Json(200, """{"value":"planted-assertion"}""")).On(TokenPath, Refusal("invalid_client", description));

        Assert.Equal(
            ByGitHub
                + $"application {Client} has no federated credential for subject repo:example/model-training:ref:refs/heads/x ({code}); it must have one whose issuer, subject and audience are those of the run, letter by letter. "
                + $"Add it: `az ad app federated-credential create --id {Client} --parameters '"
                + """{"name":"github","issuer":"https://token.actions.githubusercontent.com","subject":"repo:example/model-training:ref:refs/heads/x","audiences":["api://AzureADTokenExchange"]}'`.""",
            await place.FailAsync()
        );
    }

    [Fact]
    public async Task Message_LeadsToTheServiceConnection_WhenItsSubjectHasNoFederatedCredential()
    {
        var place = new TestPlace().WithAzurePipelines();
        var oidc = new Uri(TestPlace.AzurePipelinesUri);
        place
            .Entra.On(oidc.Host + oidc.AbsolutePath, Json(200, """{"oidcToken":"planted-oidc"}"""))
            .On(
                TokenPath,
                Refusal(
                    "invalid_client",
                    "AADSTS700213: No matching federated identity record found for presented assertion subject 'sc://example/p/model-training'."
                )
            );

        Assert.Equal(
            $"Signing in by the service connection of application {Client} failed: application {Client} has no federated credential for subject sc://example/p/model-training (700213); it must have one whose issuer, subject and audience are those of the run, letter by letter. "
                + "The service connection's page in Azure DevOps shows its issuer and subject.",
            await place.FailAsync()
        );
    }

    [Fact]
    public async Task Message_SaysWhatMustBePermitted_WhenAzureDevOpsGivesNoToken()
    {
        var place = new TestPlace().WithAzurePipelines();
        var oidc = new Uri(TestPlace.AzurePipelinesUri);
        place.Entra.On(oidc.Host + oidc.AbsolutePath, Json(401, $$"""{"message":"{{TestPlace.Planted}}-system-access may not"}"""));

        Assert.Equal(
            $"Signing in by the service connection of application {Client} failed: Azure DevOps gave no token for the service connection; SYSTEM_ACCESSTOKEN must be this job's own, and the pipeline must be permitted to use the service connection.",
            await place.FailAsync()
        );
    }

    [Fact]
    public async Task Message_HasTheRequest_WhenGitHubGivesNoToken()
    {
        var place = new TestPlace().WithGitHub();
        place.Entra.On(GitHubPath, Json(403, $$"""{"message":"{{TestPlace.Planted}}-github-request is over"}"""));

        Assert.Equal(
            ByGitHub
                + "GET https://run-actions-1.actions.githubusercontent.com/71/idtoken/1f/a?api-version=2.0&audience=*** returned 403 Forbidden: ***-github-request is over".Replace(
                    "***-github-request",
                    "***",
                    StringComparison.Ordinal
                ),
            await place.FailAsync()
        );
    }

    [Fact]
    public async Task AFailure_IsTransient_WhenEntraHasNoAnswer_AndTriedAgain()
    {
        var place = new TestPlace().WithSecret();
        var signIn = place.SignIn();

        var error = await Assert.ThrowsAsync<SignInException>(async () =>
            await signIn.GetTokenAsync(TestPlace.Arm, TestContext.Current.CancellationToken)
        );
        place.Entra.On(TokenPath, Token(TokenOf("{}")));
        var token = await signIn.GetTokenAsync(TestPlace.Arm, TestContext.Current.CancellationToken);

        Assert.Equal(
            BySecret + $"POST https://{TokenPath} had no answer in 4 tries: No route to host (login.microsoftonline.com)",
            error.Message
        );
        Assert.True(ServiceErrors.IsTransient(error, TestContext.Current.CancellationToken));
        Assert.Equal(TokenOf("{}"), token.Token);
    }

    [Fact]
    public async Task AFailure_IsTransient_WhenEntraIsOverloaded()
    {
        var place = new TestPlace().WithSecret();
        place.Entra.On(TokenPath, Json(503, "{}"));

        var error = await Assert.ThrowsAsync<SignInException>(() => place.GetTokenAsync());

        Assert.StartsWith(BySecret + "Microsoft Entra answered 503: ", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task Message_SuspectsAProxy_WhenTheAnswerIsNotEntras()
    {
        var place = new TestPlace().WithSecret();
        place.Entra.On(TokenPath, Json(200, "<html>Welcome to the guest network</html>"));

        Assert.Equal(
            BySecret
                + "what answered is not Microsoft Entra but something on the way to it, such as a proxy; HTTPS_PROXY must lead to one that lets login.microsoftonline.com through.",
            await place.FailAsync()
        );
    }

    [Fact]
    public async Task ARefusal_IsNotTriedAgain()
    {
        var place = new TestPlace().WithSecret();
        place.Entra.On(TokenPath, Refusal("invalid_client", "AADSTS7000215: Invalid client secret provided."));
        var signIn = place.SignIn();
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
        Assert.Single(place.Entra.Asked);
    }

    [Fact]
    public async Task NoWay_IsOneMessageWithEveryReason()
    {
        var place = new TestPlace();
        place.Entra.OnSilence(ImdsPath, () => place.Time.Pass(TimeSpan.FromSeconds(1)));

        Assert.Equal(
            $"""
            No way to sign in to Azure is configured here; one of these must be:
              github             this is not a job of GitHub Actions
              azure-pipelines    this is not a job of Azure Pipelines
              workload-identity  AZURE_FEDERATED_TOKEN_FILE is not set
              service-principal  neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH is set
              managed-identity   this machine is not Azure's: 169.254.169.254 does not answer as it would there
              azure-cli          az is not on PATH
              browser            there is no terminal, so nobody is there to sign in
              device-code        there is no terminal, so nobody is there to sign in
            At a desk: `az login --tenant {Tenant}`. For a server, GitHub or Azure DevOps see docs/identity.md.
            """.ReplaceLineEndings("\n"),
            await place.FailAsync()
        );
        Assert.Equal([ImdsPath], place.Entra.Asked);
    }

    [Theory]
    [InlineData(404, "")]
    [InlineData(502, "<html>proxy</html>")]
    public async Task ManagedIdentity_IsLeftOut_WhenSomethingElseAnswersAtItsAddress(int status, string body)
    {
        var place = new TestPlace();
        place.Entra.On(ImdsPath, Json(status, body));

        Assert.Contains("managed-identity   this machine is not Azure's", await place.FailAsync(), StringComparison.Ordinal);
        Assert.Single(place.Entra.Asked);
    }

    [Theory]
    [InlineData(null, "this machine has no identity of its own; AZURE_CLIENT_ID must name one that it was given")]
    [InlineData(Client, $"this machine was not given the identity {Client}, which AZURE_CLIENT_ID names")]
    public async Task ManagedIdentity_IsLeftOut_WhenTheMachineHasNone(string? client, string reason)
    {
        var place = new TestPlace();
        if (client is not null)
            place.With(("AZURE_CLIENT_ID", client));
        place.Entra.On(
            ImdsPath,
            Json(400, """{"error":"invalid_request","error_description":"Required metadata header not specified"}"""),
            Json(400, """{"error":"invalid_request","error_description":"Identity not found"}""")
        );

        Assert.Contains($"managed-identity   {reason}\n", await place.FailAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANamedWay_SaysWhatItLacks_AndNoOtherIsTried()
    {
        var place = new TestPlace().WithSecret().With(("GITHUB_ACTIONS", "true"));

        Assert.Equal(
            "--credential=github cannot be used here: ACTIONS_ID_TOKEN_REQUEST_URL is not set; the job must have `permissions: id-token: write`. Leave it out for the first that is configured, or see docs/identity.md.",
            await place.FailAsync("github")
        );
        Assert.Empty(place.Entra.Asked);
    }

    [Theory]
    [InlineData("github", "AZURE_TENANT_ID")]
    [InlineData("azure-pipelines", "AZURESUBSCRIPTION_TENANT_ID")]
    [InlineData("service-principal", "AZURE_TENANT_ID")]
    public async Task ATenantThatContradictsTheEnvironmentConfig_IsAFault(string name, string variable)
    {
        var place = name switch
        {
            "github" => new TestPlace().WithGitHub(),
            "azure-pipelines" => new TestPlace().WithAzurePipelines(),
            _ => new TestPlace().WithSecret(),
        };
        place.With((variable, OtherTenant));

        Assert.Equal(
            $"{variable} is {OtherTenant}; it must be {Tenant}, as AML_TENANT_ID in the environment config says. Correct the one that is wrong, or leave {variable} unset.",
            await place.FailAsync()
        );
        Assert.Empty(place.Entra.Asked);
    }

    [Fact]
    public async Task ADomainName_IsNoContradictionOfATenantId()
    {
        var place = new TestPlace().WithSecret().With(("AZURE_TENANT_ID", "example.onmicrosoft.com"));
        place.Entra.On(TokenPath, Token(TokenOf("{}")));

        Assert.Equal(TokenOf("{}"), await place.GetTokenAsync());
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
        "azure-pipelines    AZURESUBSCRIPTION_SERVICE_CONNECTION_ID is not set; the step must be an AzureCLI@2 task, whose service connection has workload identity federation"
    )]
    public async Task AVariableThatIsMissing_IsNamed(string variable, string expected)
    {
        var place =
            variable.StartsWith('S') || variable.StartsWith("AZURESUB", StringComparison.Ordinal)
                ? new TestPlace().WithAzurePipelines()
                : new TestPlace().WithGitHub();
        place.Variables[variable] = ""; // as a workflow sets it whose own variable is empty

        Assert.Contains(expected + "\n", await place.FailAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileThatIsNotThere_IsAFault()
    {
        Assert.Equal(
            "AZURE_FEDERATED_TOKEN_FILE is /var/run/token, which is not there; it must be the file that the platform writes its token to.",
            await new TestPlace().With(("AZURE_FEDERATED_TOKEN_FILE", "/var/run/token"), ("AZURE_CLIENT_ID", Client)).FailAsync()
        );
        Assert.Equal(
            "AZURE_CLIENT_CERTIFICATE_PATH is /etc/app.pem, which is not there; it must be a .pem or .pfx file with the certificate and its key.",
            await new TestPlace().With(("AZURE_CLIENT_CERTIFICATE_PATH", "/etc/app.pem"), ("AZURE_CLIENT_ID", Client)).FailAsync()
        );
    }

    [Fact]
    public void Foresee_SaysWhatWouldBeTried_AndAsksNothing()
    {
        var desk = new TestPlace { HasTerminal = true }.With(("PATH", "/usr/bin:/opt/az/bin"));
        desk.Files.Add("/opt/az/bin/az");

        Assert.Equal(
            "managed-identity (the machine's managed identity), else azure-cli (Azure CLI), else device-code (device code)",
            desk.SignIn().Foresee()
        );
        Assert.Equal(
            "managed-identity (the machine's managed identity), else nothing: docs/identity.md says what can be configured",
            new TestPlace().SignIn().Foresee()
        );
        Assert.Equal($"github (GitHub's token for application {Client})", new TestPlace().WithGitHub().SignIn().Foresee());
        Assert.Empty(desk.Entra.Asked);
    }
}
