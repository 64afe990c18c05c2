using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Azurite;
using WorkspaceEmulator.Computes;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Workspaces;

/// <summary>Stores the workspaces that the state folder and the command line name.</summary>
internal sealed class WorkspaceStore
{
    private static readonly string[] ChangeableMembers = ["tags", "sku", "identity"];
    private readonly StateFolder folder;
    private readonly WorkspaceSettings settings;
    private readonly ClusterFactory clusters;
    private readonly AzuriteAccounts azurite;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, Workspace> workspaces = new(StringComparer.Ordinal);
    private readonly ResourceFolder documents;

    public WorkspaceStore(
        StateFolder folder,
        WorkspaceSettings settings,
        ClusterFactory clusters,
        AzuriteAccounts azurite,
        TimeProvider time
    )
    {
        (this.folder, this.settings, this.clusters, this.azurite, this.time) = (folder, settings, clusters, azurite, time);
        documents = new(Path.Combine(folder.Root, "workspace-resources"), folder, time, document =>
            NameOf(document) is null ? "its name is missing" : null
        );
        foreach (var document in documents.List())
            Open(NameOf(document)!);
        // A workspace whose own file is damaged gets a new one: its resources and jobs are not damaged.
        foreach (var damaged in documents.Damaged)
        {
            if (WorkspaceName.TryParse(damaged, out var name))
                Put(name, New());
        }

        foreach (var name in settings.Workspaces)
        {
            if (documents.Find(name.Key) is null)
                Put(name, New());
        }

        foreach (var (files, document, job) in RunDocument.LoadAll(folder))
        {
            if (Find(document.WorkspaceName) is { } workspace)
                workspace.Runs[document.Name] = new(workspace.Name, files, document, job, folder, time);
        }
    }

    public IEnumerable<Workspace> All => workspaces.Values;

    public Workspace? Find(WorkspaceName name) => workspaces.GetValueOrDefault(name.Key);

    public bool Put(WorkspaceName name, JsonObject body)
    {
        lock (gate)
        {
            var kept = body.Clone();
            kept["subscriptionId"] = name.SubscriptionId;
            kept["resourceGroup"] = name.ResourceGroup;
            kept["name"] = name.Name;
            var (_, created) = documents.Put(name.Key, kept);
            if (created)
                Open(name);
            return created;
        }
    }

    /// <summary>Replaces the given members and, within <c>properties</c>, the given properties.</summary>
    public void Change(Workspace workspace, JsonObject given)
    {
        lock (gate)
        {
            if (documents.Find(workspace.Name.Key)?.Body is not { } body)
                return; // Deleted by another request.
            foreach (var member in ChangeableMembers)
                body[member] = (given[member] ?? body[member])?.DeepClone();
            var properties = body.Object("properties") ?? [];
            foreach (var (name, value) in given.Object("properties") ?? [])
                properties[name] = value?.DeepClone();
            body["properties"] = properties.DeepClone();
            documents.Put(workspace.Name.Key, body.WithoutNulls());
        }
    }

    /// <summary>Deletes a workspace with its resources and runs. The folders of its datastores stay.</summary>
    public void Delete(Workspace workspace)
    {
        lock (gate)
        {
            workspaces.TryRemove(workspace.Name.Key, out _);
            documents.Delete(workspace.Name.Key);
            foreach (var run in workspace.Runs.Values)
                run.Delete();
            Directory.Delete(folder.WorkspaceFolder(workspace.Name), recursive: true);
        }
    }

    public string LocationOf(Workspace workspace) => documents.Find(workspace.Name.Key)?.Body.Text("location") ?? settings.Location;

    /// <summary>Returns the ARM id of the workspace's key vault: the one it was created with, or one of its own.</summary>
    public string KeyVaultOf(Workspace workspace) =>
        documents.Find(workspace.Name.Key)?.Body.Object("properties").Text("keyVault")
        ?? $"/subscriptions/{workspace.Name.SubscriptionId}/resourceGroups/{workspace.Name.ResourceGroup}/providers/"
            + $"Microsoft.KeyVault/vaults/kv{workspace.Name.Id.ToString("N")[..12]}";

    public JsonObject Render(Workspace workspace, Uri endpoint)
    {
        var document = documents.Find(workspace.Name.Key)!;
        var properties = document.Body.Object("properties")?.Clone() ?? [];
        properties["workspaceId"] = workspace.Name.Id.ToString();
        properties["provisioningState"] = "Succeeded";
        properties["keyVault"] = KeyVaultOf(workspace);
        properties["friendlyName"] ??= workspace.Name.Name;
        properties["tenantId"] = Guid.Empty.ToString();
        properties["discoveryUrl"] = new Uri(endpoint, "discovery").AbsoluteUri;
        properties["mlFlowTrackingUri"] = workspace.Name.TrackingUri(endpoint);
        var resource = ArmDocument.Envelope(
            workspace.ArmId,
            workspace.Name.Name,
            "Microsoft.MachineLearningServices/workspaces",
            document.CreatedAt,
            document.ModifiedAt,
            properties
        );
        resource["location"] = document.Body.Text("location") ?? settings.Location;
        foreach (var member in new[] { "tags", "kind", "sku", "identity" })
        {
            if (document.Body[member] is { } value)
                resource[member] = value.DeepClone();
        }

        return resource;
    }

    private void Open(WorkspaceName name)
    {
        var workspace = new Workspace(name, folder, azurite, time) { RunsContainers = settings.RunsContainers };
        foreach (var compute in workspace.Computes.List())
        {
            // A cluster whose size no longer exists is dropped.
            if (ClusterSettings.Read(compute.Body, LocationOf(workspace)).Settings is not { } settings)
                continue;
            workspace.Clusters[compute.Name] = clusters.Restore(compute.Name, settings, ClusterSettings.ReadFailure(compute.Body));
        }

        workspaces[name.Key] = workspace;
    }

    private JsonObject New() => new() { ["location"] = settings.Location, ["properties"] = new JsonObject() };

    private static WorkspaceName? NameOf(ArmDocument document) =>
        document.Body.Text("subscriptionId") is { } subscription
        && document.Body.Text("resourceGroup") is { } group
        && document.Body.Text("name") is { } name
        && WorkspaceName.TryParse($"{subscription}/{group}/{name}", out var workspace)
            ? workspace
            : null;
}
