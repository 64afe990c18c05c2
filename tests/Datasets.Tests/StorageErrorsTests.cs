using System.Net.Sockets;
using Experiments.Plans;
using Fixtures.Services;
using Workspaces.Errors;

namespace Datasets.Tests;

public class StorageErrorsTests
{
    private const string Answer =
        " GET https://pictures.blob.core.windows.net/train?restype=***&comp=***&prefix=***&delimiter=*** returned ";

    private static readonly DatastorePlan KeyPlan = TestPlans.Blob with { Authentication = DatastoreAuthentication.AccountKey };
    private static readonly DatastorePlan SasPlan = TestPlans.Blob with { Authentication = DatastoreAuthentication.Sas };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, int, string, string> Refusals =>
        new()
        {
            {
                "identity",
                404,
                "ContainerNotFound",
                "DATASTORES.test_data: container 'train' is not in storage account 'pictures'; CONTAINER must name an existing "
                    + "one, or create it: `az storage container create --account-name pictures --name train --auth-mode login`."
            },
            {
                "identity",
                403,
                "AuthorizationPermissionMismatch",
                "DATASTORES.test_data: the signed-in identity may not read container 'train' of storage account 'pictures'; it "
                    + "must have the role 'Storage Blob Data Reader' there: "
                    + "`az role assignment create --role \"Storage Blob Data Reader\" --assignee <who> --scope \"$(az storage "
                    + "account show --name pictures --query id --output tsv)/blobServices/default/containers/train\"`."
            },
            {
                "key-missing",
                403,
                "AuthorizationPermissionMismatch",
                "DATASTORES.test_data: the signed-in identity (no secret is in the environment variable "
                    + "DATASTORE_TEST_DATA_ACCOUNT_KEY) may not read container 'train' of storage account 'pictures'; it must have "
                    + "the role 'Storage Blob Data Reader' there: "
                    + "`az role assignment create --role \"Storage Blob Data Reader\" --assignee <who> --scope \"$(az storage "
                    + "account show --name pictures --query id --output tsv)/blobServices/default/containers/train\"`."
            },
            {
                "identity",
                403,
                "AuthorizationFailure",
                "DATASTORES.test_data: storage account 'pictures' does not admit this network; run from one that its firewall "
                    + "or private endpoint admits, add this one "
                    + "(`az storage account network-rule add --account-name pictures --ip-address <address>`), or leave the "
                    + "dataset to the job: --read-dataset=false."
            },
            {
                "identity",
                401,
                "InvalidAuthenticationInfo",
                "DATASTORES.test_data: the signed-in identity is not accepted by storage account 'pictures'; it must be of the "
                    + "account's tenant: `az login --tenant <tenant>`."
            },
            {
                "key",
                403,
                "AuthenticationFailed",
                "DATASTORES.test_data: the account key in the environment variable DATASTORE_TEST_DATA_ACCOUNT_KEY is not one "
                    + "of storage account 'pictures'; it must be one of `az storage account keys list --account-name pictures`."
            },
            {
                "key",
                403,
                "KeyBasedAuthenticationNotPermitted",
                "DATASTORES.test_data: storage account 'pictures' takes no keys; AUTH must be identity, or the account must "
                    + "allow them: `az storage account update --name pictures --allow-shared-key-access true`."
            },
            {
                "sas",
                403,
                "AuthenticationFailed",
                "DATASTORES.test_data: the SAS in the environment variable DATASTORE_TEST_DATA_SAS_TOKEN is not valid for "
                    + "storage account 'pictures': it has expired, or was signed with a key that the account no longer has. "
                    + "It must be a current one: `az storage container generate-sas --account-name pictures --name train "
                    + "--permissions racwdl --expiry <date> --output tsv`."
            },
            {
                "sas",
                403,
                "AuthorizationPermissionMismatch",
                "DATASTORES.test_data: the SAS in the environment variable DATASTORE_TEST_DATA_SAS_TOKEN does not allow to read "
                    + "and list container 'train' of storage account 'pictures'; it must: "
                    + "`az storage container generate-sas --account-name pictures --name train --permissions racwdl --expiry "
                    + "<date> --output tsv`."
            },
        };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task ListAsync_SaysWhatToMend_WhenTheAccountRefuses(string shown, int status, string code, string expected)
    {
        var service = new FakeService();
        service.On("GET", "/train", FakeStorage.Error(status, code));
        var files = shown switch
        {
            "key" => await FakeStorage.OpenAsync(service, KeyPlan),
            "key-missing" => await FakeStorage.OpenAsync(service, KeyPlan, secret: null),
            "sas" => await FakeStorage.OpenAsync(service, SasPlan, "?sv=2024-11-04&sig=planted-signature"),
            _ => await FakeStorage.OpenAsync(service, TestPlans.Blob),
        };

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => files.ListAsync("road/images", Stop));

        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains($"{code}: The service's own words.", error.Message, StringComparison.Ordinal);
        if (shown != "sas")
            Assert.StartsWith(expected + Answer, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(FakeStorage.Key, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteAsync_NamesTheRoleThatWrites_WhenTheIdentityMayOnlyRead()
    {
        var service = new FakeService();
        service.On("PUT", "/train/road/images/a.gif", FakeStorage.Error(403, "AuthorizationPermissionMismatch"));
        var file = Path.GetTempFileName();
        try
        {
            var files = await FakeStorage.OpenAsync(service, TestPlans.Blob);

            var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
                files.WriteAsync("road/images/a.gif", file, new Progress<long>(), Stop)
            );

            Assert.StartsWith(
                "DATASTORES.test_data: the signed-in identity may not write container 'train' of storage account 'pictures'; it "
                    + "must have the role 'Storage Blob Data Contributor' there: ",
                error.Message,
                StringComparison.Ordinal
            );
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(
        SocketError.HostNotFound,
        "DATASTORES.test_data: storage account 'pictures' is not found: its address is unknown. ACCOUNT must name an existing "
            + "one (`az storage account list --query \"[].name\"`), and ENDPOINT its domain; one with a private endpoint alone is "
            + "known only inside its network. GET https://pictures.blob.core.windows.net/train?"
    )]
    [InlineData(
        SocketError.TimedOut,
        "DATASTORES.test_data: storage account 'pictures' does not respond; it must be reachable from here. In a private "
            + "network, run from inside it, or leave the dataset to the job: --read-dataset=false. GET "
            + "https://pictures.blob.core.windows.net/train?"
    )]
    public async Task ListAsync_SaysWhatToMend_WhenTheAccountCannotBeReached(SocketError socketError, string expected)
    {
        var files = await FakeStorage.OpenAsync(new Unreachable(socketError), TestPlans.Blob);

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => files.ListAsync("road/images", Stop));

        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_DoesNotRepeatIt_WhenTheKeyIsNoKey()
    {
        var error = await Assert.ThrowsAsync<WorkspaceException>(() => FakeStorage.OpenAsync(new FakeService(), KeyPlan, "planted secret"));

        Assert.Equal(
            "DATASTORES.test_data: what the environment variable DATASTORE_TEST_DATA_ACCOUNT_KEY holds is no account key; it "
                + "must be one of `az storage account keys list --account-name pictures`.",
            error.Message
        );
    }

    private sealed class Unreachable(SocketError error) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException("no connection", new SocketException((int)error));
    }
}
