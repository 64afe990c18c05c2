using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Azure.Core.Pipeline;
using Azure.Storage;
using Azure.Storage.Blobs;
using WorkspaceEmulator.Blobs;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Storage.Azurite;

/// <summary>
/// Represents the storage account of a workspace in an Azurite of its own, which starts with the first request, and again when it was
/// ended.
/// </summary>
/// <param name="package">The package; null when it is not installed any more.</param>
/// <param name="workspace">The workspace.</param>
/// <param name="key">The account's key, in base64.</param>
/// <param name="state">The state folder.</param>
internal sealed class AzuriteAccount(AzuritePackage? package, WorkspaceName workspace, string key, StateFolder state) : IAsyncDisposable
{
    private readonly SemaphoreSlim starting = new(1);
    private readonly Lazy<SocketsHttpHandler> handler = new(() => CreateHandler(state.Certificate));
    private AzuriteProcess? process;

    /// <summary>Gets the name of the account.</summary>
    public string Name { get; } = StorageAccountNames.Of(workspace);

    /// <summary>Gets what keeps the artifacts of jobs in it.</summary>
    public ArtifactBlobs Artifacts => field ??= new(this);

    /// <summary>Gets what sends requests to <see cref="EnsureAsync"/>'s address.</summary>
    public HttpMessageHandler Handler => handler.Value;

    /// <summary>Returns the address of the service, which is that of this moment: an Azurite that was ended has another one.</summary>
    /// <exception cref="AzuriteException">Azurite is not installed, or does not start.</exception>
    public async Task<Uri> EnsureAsync(CancellationToken cancellationToken)
    {
        await starting.WaitAsync(cancellationToken);
        try
        {
            if (process is { IsRunning: true })
                return process.Endpoint;
            if (package is null)
            {
                throw new AzuriteException(
                    $"The storage of workspace '{workspace.Name}' is in Azurite, which is not installed any more. Run 'npm install -g "
                        + "azurite', or name the package's folder by --azurite or WORKSPACE_EMULATOR_AZURITE, and restart the emulator."
                );
            }

            if (process is not null)
                await process.DisposeAsync();
            process = null;
            var folder = state.Azurite(workspace);
            StateFile.CreateFolder(folder);
            process = await AzuriteProcess.StartAsync(package, Name, key, folder, state);
            foreach (var datastore in Workspace.BuiltInDatastores)
                await Open(process.Endpoint, StorageContainers.NameOf(workspace, datastore)).CreateIfNotExistsAsync();
            return process.Endpoint;
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>Creates a container.</summary>
    /// <exception cref="AzuriteException">Azurite is not installed, or does not start.</exception>
    /// <exception cref="Azure.RequestFailedException">Azurite refuses it.</exception>
    public async Task CreateAsync(string container, CancellationToken cancellationToken) =>
        await (await OpenAsync(container, cancellationToken)).CreateAsync(cancellationToken: cancellationToken);

    /// <summary>Opens a container.</summary>
    /// <exception cref="AzuriteException">Azurite is not installed, or does not start.</exception>
    public async Task<BlobContainerClient> OpenAsync(string container, CancellationToken cancellationToken) =>
        Open(await EnsureAsync(cancellationToken), container);

    public async ValueTask DisposeAsync()
    {
        await starting.WaitAsync();
        if (process is not null)
            await process.DisposeAsync();
        if (handler.IsValueCreated)
            handler.Value.Dispose();
        starting.Dispose();
    }

    private BlobContainerClient Open(Uri endpoint, string container) =>
        new(
            new Uri(endpoint, $"{Name}/{container}"),
            new StorageSharedKeyCredential(Name, key),
            new BlobClientOptions { Transport = new HttpClientTransport(new HttpClient(Handler, disposeHandler: false)) }
        );

    // Azurite has the emulator's certificate, and trusts nothing else to be it.
    private static SocketsHttpHandler CreateHandler(string certificate) =>
        new()
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            SslOptions = new SslClientAuthenticationOptions
            {
                // The host of a request can be that of an account, which no connection has.
                TargetHost = "localhost",
                CertificateChainPolicy = new()
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(certificate) },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
}
