using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Azure.Core.Pipeline;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;

namespace WorkspaceEmulator.Tests;

/// <summary>What clients of Azure read about a cloud, and the host of a storage account that follows from it.</summary>
public class CloudTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2019-05-01", true)]
    [InlineData("2020-06-01", true)]
    [InlineData("2022-09-01", false)]
    [InlineData("2023-11-01", false)]
    public async Task GetMetadata_NamesOneCloud_WhoseAddressesAreTheEmulators(string version, bool isList)
    {
        await using var emulator = await TestEmulator.StartAsync();
        using var client = TestEmulator.CreateClient(emulator.Folder, emulator.Endpoint);
        client.DefaultRequestHeaders.Authorization = null;

        var found = JsonNode.Parse(
            await client.GetStringAsync(new Uri($"metadata/endpoints?api-version={version}", UriKind.Relative), Stop)
        )!;

        Assert.Equal(isList, found is JsonArray { Count: 1 });
        var cloud = (isList ? found[0] : found)!.AsObject();
        Assert.Equal(
            """
            activeDirectoryDataLake authentication batch gallery graph graphAudience media microsoftGraphResourceId name portal
             resourceManager sqlManagement suffixes vmImageAliasDoc
            """.ReplaceLineEndings(""),
            string.Join(' ', cloud.Select(member => member.Key).Order(StringComparer.Ordinal))
        );
        Assert.Equal("WorkspaceEmulator", (string?)cloud["name"]);
        Assert.Equal(emulator.Endpoint.ToString(), (string?)cloud["resourceManager"]);
        Assert.Equal(
            $$"""{"loginEndpoint":"{{emulator.Endpoint}}","audiences":["{{emulator.Endpoint}}"],"tenant":"common","identityProvider":"AAD"}""",
            cloud["authentication"]!.ToJsonString()
        );
        Assert.Equal($"core.localhost:{emulator.Endpoint.Port}", (string?)cloud["suffixes"]!["storage"]);
        Assert.DoesNotContain("azure.com", found.ToJsonString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("metadata/endpoints")]
    [InlineData("metadata/endpoints?api-version=latest")]
    [InlineData("metadata/endpoints?api-version=2015-01-01")]
    public async Task GetMetadata_IsRefused_WithoutAnApiVersionThatHasThisShape(string path)
    {
        await using var emulator = await TestEmulator.StartAsync();

        await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Get, path);
    }

    [Fact]
    public async Task GetBlob_ReturnsTheBlob_UnderTheAccountsOwnHost()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var store = (await emulator.GetAsync(TestEmulator.Arm("/datastores/workspaceblobstore")))["properties"]!;
        var secrets = await emulator.PostAsync(TestEmulator.Arm("/datastores/workspaceblobstore/listSecrets"), "");
        var account = (string)store["accountName"]!;
        var key = new StorageSharedKeyCredential(account, (string)secrets["key"]!);
        var address = new Uri($"https://{account}.blob.core.localhost:{emulator.Endpoint.Port}/{(string)store["containerName"]!}");
        using var client = Resolving(emulator);
        var options = new BlobClientOptions { Transport = new HttpClientTransport(client), Retry = { MaxRetries = 0 } };
        var container = new BlobContainerClient(address, key, options);

        await container.GetBlobClient("in/a b.txt").UploadAsync(new BinaryData("hello"), Stop);
        var signed = container
            .GetBlobClient("in/a b.txt")
            .GenerateSasUri(BlobSasPermissions.Read, TimeProvider.System.GetUtcNow().AddHours(1));
        var read = await new BlobClient(signed, options).DownloadContentAsync(Stop);
        using var refused = await client.GetAsync(new Uri($"{address}/in/a%20b.txt"), Stop);

        Assert.Equal("hello", read.Value.Content.ToString());
        Assert.EndsWith(
            $"/{account}.blob.core.localhost:{emulator.Endpoint.Port}/{(string)store["containerName"]!}/in/a%20b.txt",
            signed.GetLeftPart(UriPartial.Path),
            StringComparison.Ordinal
        );
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    // Not every machine resolves names below localhost; what is tested is the host that the client sends, and the certificate.
    private static HttpClient Resolving(TestEmulator emulator) =>
        new(
            new SocketsHttpHandler
            {
                ConnectCallback = async (context, cancellation) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                    await socket.ConnectAsync("localhost", context.DnsEndPoint.Port, cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
                SslOptions = new SslClientAuthenticationOptions
                {
                    CertificateChainPolicy = new()
                    {
                        TrustMode = X509ChainTrustMode.CustomRootTrust,
                        CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(Path.Combine(emulator.Folder, "emulator.crt")) },
                        RevocationMode = X509RevocationMode.NoCheck,
                    },
                },
            }
        );
}
