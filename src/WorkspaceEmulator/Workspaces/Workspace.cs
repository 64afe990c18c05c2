using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Azurite;
using WorkspaceEmulator.Computes;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Workspaces;

/// <summary>Represents a workspace and everything that belongs to it.</summary>
internal sealed class Workspace : IJobReferences
{
    private readonly Dictionary<AssetKind, AssetStore> assets;

    public Workspace(WorkspaceName name, StateFolder folder, AzuriteAccounts azurite, TimeProvider time)
    {
        (Name, StateFolder) = (name, folder);
        var own = folder.WorkspaceFolder(name);
        Datastores = new(Path.Combine(own, "datastores"), folder, time);
        Computes = new(Path.Combine(own, "computes"), folder, time);
        assets = AssetKind.All.ToDictionary(kind => kind, kind => new AssetStore(own, kind, folder, time));
        Connections = new(Path.Combine(own, "connections"), folder, time);
        Schedules = new(Path.Combine(own, "schedules"), folder, time);
        Firings = new(Path.Combine(own, "firings"), folder, time);
        Experiments = new(Path.Combine(own, "experiments"), folder, time);

        // A workspace keeps the storage that it was made with: its blobs are there, also when what is known of its datastores is damaged.
        var isInAzurite = StorageAccountNames.BuiltInDatastores.Select(Datastores.Find).OfType<ArmDocument>().FirstOrDefault() is { } kept
            ? kept.Body.Text("protocol") != "file"
            : Directory.Exists(folder.Azurite(name))
                || (azurite.IsAvailable && !Directory.Exists(folder.Storage(name, DatastoreUri.DefaultDatastore)));
        Azurite = isInAzurite ? azurite.Of(name) : null;
        foreach (var datastore in StorageAccountNames.BuiltInDatastores)
        {
            var storage = folder.Storage(name, datastore);
            if (!isInAzurite)
                StateFile.CreateFolder(storage);
            if (Datastores.Find(datastore) is not null)
                continue;
            var body = isInAzurite ? InAzurite(StorageAccountNames.ContainerOf(name, datastore)) : InFolder(datastore, storage);
            Datastores.Put(datastore, body);
        }
    }

    public WorkspaceName Name { get; }

    /// <summary>Gets the account that holds its own datastores; null where folders of the emulator do.</summary>
    public AzuriteAccount? Azurite { get; }

    /// <summary>Gets whether jobs run in containers.</summary>
    public bool RunsContainers { get; init; }
    public StateFolder StateFolder { get; }
    public string ArmId => Name.ArmId;
    public ResourceFolder Datastores { get; }
    public ResourceFolder Computes { get; }
    public ResourceFolder Connections { get; }
    public ResourceFolder Schedules { get; }

    /// <summary>Gets when each schedule fired last.</summary>
    public ResourceFolder Firings { get; }
    public ResourceFolder EnvironmentVersions => Assets(AssetKind.Environments).Versions;
    public ExperimentStore Experiments { get; }

    /// <summary>Gets the live clusters by name; <see cref="Computes"/> holds their settings.</summary>
    public ConcurrentDictionary<string, Cluster> Clusters { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the runs by name; every job is a run.</summary>
    public ConcurrentDictionary<string, Run> Runs { get; } = new(StringComparer.OrdinalIgnoreCase);

    int? IJobReferences.MaxNodesOf(string compute) => Clusters.GetValueOrDefault(compute)?.Settings.MaxNodes;

    bool IJobReferences.HasEnvironmentVersion(string key) => EnvironmentVersions.Find(key) is not null;

    bool IJobReferences.HasDatastore(string name) => Datastores.Find(name) is not null;

    public AssetStore Assets(AssetKind kind) => assets[kind];

    public static bool IsBuiltIn(string datastore) =>
        StorageAccountNames.BuiltInDatastores.Contains(datastore, StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds the datastore of a place, which can also be a container that was made for an upload.</summary>
    public ArmDocument? FindStore(DatastoreUri place) =>
        Datastores.Find(place.Datastore)
        ?? (
            Azurite is not null && StorageAccountNames.IsUpload(place.Datastore)
                ? new ArmDocument(place.Datastore, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, InAzurite(place.Datastore))
                : null
        );

    private static JsonObject InFolder(string datastore, string folder) =>
        new()
        {
            ["datastoreType"] = "AzureBlob",
            ["accountName"] = "localhost",
            ["containerName"] = datastore,
            ["endpoint"] = folder,
            ["protocol"] = "file",
            ["serviceDataAccessAuthIdentity"] = "None",
            ["credentials"] = new JsonObject { ["credentialsType"] = "None" },
        };

    private JsonObject InAzurite(string container) =>
        new()
        {
            ["datastoreType"] = "AzureBlob",
            ["accountName"] = StorageAccountNames.Of(Name),
            ["containerName"] = container,
            ["endpoint"] = "localhost",
            ["protocol"] = "https",
            ["serviceDataAccessAuthIdentity"] = "None",
            ["credentials"] = new JsonObject { ["credentialsType"] = "AccountKey" },
        };

    /// <summary>Gets the workspace of a request, which is set before any endpoint of a workspace runs.</summary>
    public static ValueTask<Workspace> BindAsync(HttpContext context) => new(context.Features.Get<Workspace>()!);
}
