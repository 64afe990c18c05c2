using Experiments.Plans;
using Fixtures.Services;
using Workspaces.Datastores;
using Workspaces.Errors;
using Workspaces.Tests.Doubles;

namespace Workspaces.Tests.Datastores;

public class DatastoreSecretsTests
{
    private const string Secret = "cGxhbnRlZC1zZWNyZXQ=";
    private const string VaultPath =
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/team/providers/Microsoft.KeyVault/vaults/visionvault";
    private const string SecretPath = "/keyvault/visionvault/secrets/data-key";

    private static readonly DatastorePlan Plan = TestPlans.Share with { KeyVaultSecret = "data-key" };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RegisterAsync_ReadsTheKeyOnce_FromTheVault()
    {
        var service = ServiceWithVault();
        service.On(
            "PUT",
            $"{FakeService.WorkspaceId}/datastores/test_data",
            FakeService.Json(
                200,
                $$"""
                {"id":"{{FakeService.WorkspaceId}}/datastores/test_data","name":"test_data","properties":{
                 "datastoreType":"AzureFile","accountName":"pictures","fileShareName":"train",
                  "credentials":{"credentialsType":"AccountKey"} } }
                """
            )
        );
        var registrar = new DatastoreRegistrar(await service.ConnectAsync());

        await registrar.RegisterAsync(Plan, Stop);

        Assert.Equal(
            [
                $"GET {FakeService.WorkspaceId}/datastores/test_data",
                $"GET {VaultPath}",
                $"GET {SecretPath}",
                $"PUT {FakeService.WorkspaceId}/datastores/test_data",
            ],
            service.Sent.Select(request => request.Line)
        );
        Assert.Equal(["?api-version=2023-07-01", "?api-version=7.4"], service.Sent.Skip(1).Take(2).Select(request => request.Uri.Query));
        Assert.Contains($"\"key\":\"{Secret}\"", service.Sent.Last().Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FindAsync_SaysHowToSetIt_WhenTheVaultHasNoSuchSecret()
    {
        var service = ServiceWithVault();
        service.On(
            "GET",
            SecretPath,
            FakeService.Json(
                404,
                """{"error":{"code":"SecretNotFound","message":"A secret with (name/id) data-key was not found in this key vault."}}"""
            )
        );

        Assert.Equal(
            "DATASTORES.test_data.KEY_VAULT_SECRET is \"data-key\", and key vault 'visionvault' has no secret 'data-key'; the "
                + "secret must exist: "
                + "`az keyvault secret set --vault-name visionvault --name data-key --value \"$(az storage account keys list "
                + "--account-name <account> --query '[0].value' --output tsv)\"`. "
                + "GET https://localhost:1/keyvault/visionvault/secrets/data-key?api-version=7.4 returned 404 Not Found: "
                + "SecretNotFound: A secret with (name/id) data-key was not found in this key vault.",
            await FailAsync(service)
        );
    }

    [Fact]
    public async Task FindAsync_NamesTheRole_WhenTheSecretCannotBeRead()
    {
        var service = ServiceWithVault();
        service.On(
            "GET",
            SecretPath,
            FakeService.Json(403, """{"error":{"code":"Forbidden","message":"Caller is not authorized to perform action on resource."}}""")
        );

        Assert.StartsWith(
            "DATASTORES.test_data.KEY_VAULT_SECRET is \"data-key\", and secret 'data-key' of key vault 'visionvault' cannot be "
                + "read by the signed-in identity, which must have the role 'Key Vault Secrets User' there: "
                + $"`az role assignment create --role \"Key Vault Secrets User\" --assignee <who> --scope {VaultPath}`. GET "
                + "https://localhost:1/keyvault/visionvault/secrets/data-key",
            await FailAsync(service),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task FindAsync_NamesTheRole_WhenTheVaultCannotBeRead()
    {
        var service = ServiceWithVault();
        service.On(
            "GET",
            VaultPath,
            FakeService.Json(403, """{"error":{"code":"AuthorizationFailed","message":"The client does not have authorization."}}""")
        );

        Assert.StartsWith(
            "DATASTORES.test_data.KEY_VAULT_SECRET is \"data-key\", and key vault 'visionvault' cannot be read by the signed-in "
                + "identity, which must have the role 'Reader' there: "
                + $"`az role assignment create --role Reader --assignee <who> --scope {VaultPath}`.",
            await FailAsync(service),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task FindAsync_Fails_WhenTheWorkspaceHasNoVault() =>
        Assert.Equal(
            "DATASTORES.test_data.KEY_VAULT_SECRET is \"data-key\", and workspace 'vision' has no key vault; the workspace must "
                + "have one, or the key must be removed.",
            await FailAsync(new FakeService())
        );

    private static async Task<string> FailAsync(FakeService service)
    {
        var workspace = await service.ConnectAsync();
        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            new DatastoreSecrets(_ => Task.FromResult(workspace)).FindAsync(Plan, Stop)
        );
        Assert.DoesNotContain(FakeService.Token, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        return error.Message;
    }

    private static FakeService ServiceWithVault()
    {
        var service = new FakeService();
        service.On(
            "GET",
            FakeService.WorkspaceId,
            FakeService.Json(
                200,
                $$$"""
                {"id":"{{{FakeService.WorkspaceId}}}","name":"vision","location":"westeurope",
                 "properties":{"discoveryUrl":"https://localhost:1/discovery","keyVault":"{{{VaultPath}}}",
                 "mlFlowTrackingUri":"azureml://localhost:1/mlflow/v1.0{{{FakeService.WorkspaceId}}}"} }
                """
            )
        );
        service.On(
            "GET",
            VaultPath,
            FakeService.Json(
                200,
                $$"""{"id":"{{VaultPath}}","name":"visionvault","properties":{"vaultUri":"https://localhost:1/keyvault/visionvault/"} }"""
            )
        );
        service.On(
            "GET",
            SecretPath,
            FakeService.Json(
                200,
                $$"""
                {"value":"{{Secret}}","id":"https://localhost:1/keyvault/visionvault/secrets/data-key/1",
                 "attributes":{"enabled":true} }
                """
            )
        );
        return service;
    }
}
