using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Computes;
using WorkspaceEmulator.Hosting;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Workspaces;

/// <summary>Every workspace, as the state folder and the command line name them.</summary>
internal sealed class WorkspaceStore
{
    private static readonly string[] ChangeableMembers = ["tags", "sku", "identity"];
    private readonly StateFolder _folder;
    private readonly EmulatorOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Workspace> _workspaces = new(StringComparer.Ordinal);
    private readonly ResourceFolder _documents;

    public WorkspaceStore(StateFolder folder, EmulatorOptions options, TimeProvider time)
    {
        (_folder, _options, _time) = (folder, options, time);
        _documents = new(Path.Combine(folder.Root, "workspace-resources"), time);
        foreach (var document in _documents.List())
            Open(NameOf(document));
        foreach (var name in options.Workspaces)
        {
            if (_documents.Find(name.Key) is null)
                Put(name, new() { ["location"] = options.Location, ["properties"] = new JsonObject() });
        }

        foreach (var run in RunDocument.LoadAll(folder))
        {
            if (Find(run.Workspace) is { } workspace)
                workspace.Runs[run.Document.Name] = new(workspace, run.Folder, run.Document, time);
        }
    }

    public IEnumerable<Workspace> All => _workspaces.Values;

    public Workspace? Find(WorkspaceName name) => _workspaces.GetValueOrDefault(name.Key);

    public bool Put(WorkspaceName name, JsonObject body)
    {
        lock (_gate)
        {
            var kept = body.Clone();
            kept["subscriptionId"] = name.SubscriptionId;
            kept["resourceGroup"] = name.ResourceGroup;
            kept["name"] = name.Name;
            var (_, created) = _documents.Put(name.Key, kept);
            if (created)
                Open(name);
            return created;
        }
    }

    /// <summary>Replaces the members that are given, and of <c>properties</c> those that are given there.</summary>
    public void Change(Workspace workspace, JsonObject given)
    {
        lock (_gate)
        {
            if (_documents.Find(workspace.Name.Key)?.Body is not { } body)
                return; // Deleted meanwhile.
            foreach (var member in ChangeableMembers)
                body[member] = (given[member] ?? body[member])?.DeepClone();
            var properties = body.Object("properties") ?? [];
            foreach (var (name, value) in given.Object("properties") ?? [])
                properties[name] = value?.DeepClone();
            body["properties"] = properties.DeepClone();
            _documents.Put(workspace.Name.Key, body.WithoutNulls());
        }
    }

    /// <summary>Forgets a workspace with its resources and runs; the folders of its datastores stay.</summary>
    public void Delete(Workspace workspace)
    {
        lock (_gate)
        {
            _workspaces.TryRemove(workspace.Name.Key, out _);
            _documents.Delete(workspace.Name.Key);
            foreach (var run in workspace.Runs.Values)
                Directory.Delete(run.Folder, recursive: true);
            Directory.Delete(_folder.WorkspaceFolder(workspace.Name), recursive: true);
        }
    }

    public string LocationOf(Workspace workspace) => _documents.Find(workspace.Name.Key)?.Body.Text("location") ?? _options.Location;

    /// <summary>ARM id of the workspace's key vault: the one it was made with, or one of its own.</summary>
    public string KeyVaultOf(Workspace workspace) =>
        _documents.Find(workspace.Name.Key)?.Body.Object("properties").Text("keyVault")
        ?? $"/subscriptions/{workspace.Name.SubscriptionId}/resourceGroups/{workspace.Name.ResourceGroup}/providers/Microsoft.KeyVault/vaults/kv{workspace.WorkspaceId.ToString("N")[..12]}";

    public JsonObject Render(Workspace workspace, Uri endpoint)
    {
        var document = _documents.Find(workspace.Name.Key)!;
        var properties = document.Body.Object("properties")?.Clone() ?? [];
        properties["workspaceId"] = workspace.WorkspaceId.ToString();
        properties["provisioningState"] = "Succeeded";
        properties["keyVault"] = KeyVaultOf(workspace);
        properties["friendlyName"] ??= workspace.Name.Name;
        properties["tenantId"] = Guid.Empty.ToString();
        properties["discoveryUrl"] = new Uri(endpoint, "discovery").AbsoluteUri;
        properties["mlFlowTrackingUri"] = TrackingUri(workspace, endpoint);
        var resource = ArmDocument.Envelope(
            workspace.ArmId,
            workspace.Name.Name,
            "Microsoft.MachineLearningServices/workspaces",
            document.CreatedAt,
            document.ModifiedAt,
            properties
        );
        resource["location"] = document.Body.Text("location") ?? _options.Location;
        foreach (var member in new[] { "tags", "kind", "sku", "identity" })
        {
            if (document.Body[member] is { } value)
                resource[member] = value.DeepClone();
        }

        return resource;
    }

    /// <summary>MLflow tracking address of a workspace, with Azure ML's scheme; https takes its place on the wire.</summary>
    public static string TrackingUri(Workspace workspace, Uri endpoint) => $"azureml://{endpoint.Authority}/mlflow/v1.0{workspace.ArmId}";

    private void Open(WorkspaceName name)
    {
        var workspace = new Workspace(name, _folder, _time);
        foreach (var compute in workspace.Computes.List())
        {
            // Of a size that there is no more, the cluster is gone.
            if (ClusterSettings.Read(compute.Body, LocationOf(workspace)).Settings is not { } settings)
                continue;
            workspace.Clusters[compute.Name] = new Cluster(
                compute.Name,
                settings,
                _options.ProvisioningTime,
                _time.GetUtcNow(),
                isNew: false,
                ClusterSettings.ReadFailure(compute.Body)
            );
        }

        _workspaces[name.Key] = workspace;
    }

    private static WorkspaceName NameOf(ArmDocument document) =>
        new(document.Body.Text("subscriptionId")!, document.Body.Text("resourceGroup")!, document.Body.Text("name")!);
}
