using Azure.Core.Pipeline;
using Azure.Storage;
using Azure.Storage.Blobs;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Azurite;

/// <summary>
/// Represents the storage account of a workspace in an Azurite of its own, which starts with the first request, and again when it was
/// ended.
/// </summary>
internal sealed class AzuriteAccount : IAsyncDisposable
{
    private readonly AzuriteSettings settings;
    private readonly WorkspaceName workspace;
    private readonly string key;
    private readonly StateFolder state;
    private readonly SemaphoreSlim starting = new(1);
    private readonly Lazy<AzuriteHandler> handler;
    private AzuriteProcess? process;

    /// <summary>Describes the account. Nothing is started.</summary>
    /// <param name="settings">Where Azurite is.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="key">The account's key, in base64.</param>
    /// <param name="state">The state folder.</param>
    public AzuriteAccount(AzuriteSettings settings, WorkspaceName workspace, string key, StateFolder state)
    {
        (this.settings, this.workspace, this.key, this.state) = (settings, workspace, key, state);
        handler = new(() => new(this, state.Certificate));
        Name = StorageAccountNames.Of(workspace);
    }

    /// <summary>Gets the name of the account.</summary>
    public string Name { get; }

    /// <summary>Gets what sends requests to it, whatever address they have.</summary>
    public AzuriteHandler Handler => handler.Value;

    /// <summary>
    /// Returns the address of the service, and starts it where it does not run, with the containers of the workspace's own datastores. The
    /// address is that of this moment: an Azurite that was ended has another one.
    /// </summary>
    /// <exception cref="AzuriteException">Azurite is not installed, or does not start.</exception>
    /// <exception cref="Azure.RequestFailedException">It refuses a container.</exception>
    public async Task<Uri> EnsureAsync(CancellationToken cancellationToken)
    {
        await starting.WaitAsync(cancellationToken);
        try
        {
            if (process is { IsRunning: true })
                return process.Endpoint;
            if (process is not null)
                await process.DisposeAsync();
            process = null;
            process = await StartAsync();
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
    public async Task<BlobContainerClient> OpenAsync(string container, CancellationToken cancellationToken)
    {
        await EnsureAsync(cancellationToken);
        return Open(AzuriteHandler.Address, Handler, container);
    }

    public async ValueTask DisposeAsync()
    {
        await starting.WaitAsync();
        if (process is not null)
            await process.DisposeAsync();
        if (handler.IsValueCreated)
            handler.Value.Dispose();
        starting.Dispose();
    }

    private async Task<AzuriteProcess> StartAsync()
    {
        if (settings.Package is null)
        {
            throw new AzuriteException(
                $"The storage of workspace '{workspace.Name}' is in Azurite, which is not installed any more. Run 'npm install -g "
                    + "azurite', or name the package's folder by --azurite or WORKSPACE_EMULATOR_AZURITE, and restart the emulator."
            );
        }

        var folder = state.Azurite(workspace);
        StateFile.CreateFolder(folder);
        var started = await AzuriteProcess.StartAsync(settings, Name, key, folder, state);
        try
        {
            // One that was killed may not have written that it has them.
            foreach (var datastore in StorageAccountNames.BuiltInDatastores)
            {
                await Open(started.Endpoint, Handler.InnerHandler!, StorageAccountNames.ContainerOf(workspace, datastore))
                    .CreateIfNotExistsAsync();
            }

            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    private BlobContainerClient Open(Uri endpoint, HttpMessageHandler sender, string container) =>
        new(
            new Uri(endpoint, $"{Name}/{container}"),
            new StorageSharedKeyCredential(Name, key),
            new BlobClientOptions { Transport = new HttpClientTransport(new HttpClient(sender, disposeHandler: false)) }
        );
}
