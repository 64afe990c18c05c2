using Azure.Core.Pipeline;
using Azure.Storage;
using Azure.Storage.Blobs;
using WorkspaceEmulator.Tests;

namespace EndToEnd.Storage;

/// <summary>Opens the containers of an emulator's workspace as a client does that knows its datastores.</summary>
internal static class Accounts
{
    public const string DefaultStore = "workspaceblobstore";

    public const string ArtifactStore = "workspaceartifactstore";

    /// <summary>Opens the container of a datastore with the account key.</summary>
    public static async Task<BlobContainerClient> OpenAsync(TestEmulator emulator, string datastore)
    {
        var found = (await emulator.GetAsync(TestEmulator.Arm($"/datastores/{datastore}")))["properties"]!;
        var secrets = await emulator.PostAsync(TestEmulator.Arm($"/datastores/{datastore}/listSecrets"), "");
        return new(
            new Uri($"https://{(string)found["endpoint"]!}/{(string)found["containerName"]!}"),
            new StorageSharedKeyCredential((string)found["accountName"]!, (string)secrets["key"]!),
            Options(emulator)
        );
    }

    /// <summary>Opens a container by a shared access signature.</summary>
    public static BlobContainerClient Open(TestEmulator emulator, string signed) => new(new Uri(signed), Options(emulator));

    private static BlobClientOptions Options(TestEmulator emulator)
    {
        var client = TestEmulator.CreateClient(emulator.Folder, emulator.Endpoint);
        client.DefaultRequestHeaders.Authorization = null;
        return new() { Transport = new HttpClientTransport(client), Retry = { MaxRetries = 0 } };
    }
}
