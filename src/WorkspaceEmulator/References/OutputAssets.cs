using System.Text.Json.Nodes;
using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Versions;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.References;

/// <summary>Registers the outputs of completed jobs that ask for it, and gives every output the id by which clients look it up.</summary>
internal static class OutputAssets
{
    private const string Default = "default";
    private static readonly string[] ModelTypes = ["custom_model", "mlflow_model", "triton_model"];

    /// <summary>Registers each output that has an <c>assetName</c>, as data or as a model, in a new version unless it names one.</summary>
    public static void Register(Workspace workspace, Run run)
    {
        foreach (var (output, given) in run.Document.Definition.Object("outputs") ?? [])
        {
            if (given.Text("assetName") is not { } name || !ResourceNames.Asset().IsMatch(name))
                continue;
            if (AssetPlaces.PlaceOf(run, output) is not { } place)
                continue;
            var (kind, type) = KindOf(given.Text("jobOutputType"));
            var assets = workspace.Assets(kind);
            var version = given.Text("assetVersion") ?? NextVersion(assets, name);
            if (!ResourceNames.AssetVersion().IsMatch(version) || assets.Versions.Find($"{name}/{version}") is not null)
            {
                run.LogSystem($"Output '{output}' was not registered: version '{version}' of '{name}' exists or is no version.");
                continue;
            }

            if (assets.Containers.Find(name) is null)
                assets.Containers.Put(name, kind == AssetKind.Data ? new() { ["dataType"] = type } : []);
            var body = new JsonObject { [AssetPlaces.AddressMember(kind)] = Long(workspace, place) };
            body[kind == AssetKind.Data ? "dataType" : "modelType"] = type;
            if (kind == AssetKind.Models)
                body["jobName"] = run.Name;
            assets.Versions.Put($"{name}/{version}", body);
            run.LogSystem($"Output '{output}' was registered as {kind.Noun.ToLowerInvariant()} '{name}', version '{version}'.");
        }
    }

    /// <summary>Returns the outputs of a job by name, as run history shows them: the id of an asset, and its type.</summary>
    public static JsonObject Describe(Run run)
    {
        var outputs = new JsonObject
        {
            [Default] = new JsonObject { ["assetId"] = IdOf(run, Default, AssetKind.Data), ["type"] = OldNames.Of("uri_folder") },
        };
        foreach (var (output, given) in run.Document.Definition.Object("outputs") ?? [])
        {
            var (kind, type) = KindOf(given.Text("jobOutputType"));
            outputs[output] = new JsonObject { ["assetId"] = IdOf(run, output, kind), ["type"] = OldNames.Of(type) };
        }

        return outputs;
    }

    /// <summary>Returns the address of an output by an id of <see cref="Describe"/>; null for any other id.</summary>
    public static (string Address, string Type)? Find(Workspace workspace, string id)
    {
        if (AssetReference.Parse(id) is not { Segment: { } segment } reference || !reference.IsIn(workspace.Name))
            return null;
        foreach (
            var run in workspace.Runs.Values.Where(run =>
                reference.Name.StartsWith($"azureml_{run.Name}_output_", StringComparison.Ordinal)
            )
        )
        {
            var output = reference.Name[$"azureml_{run.Name}_output_".Length..];
            if (output == Default)
            {
                var artifacts = new DatastoreUri("workspaceartifactstore", $"ExperimentRun/{run.DataContainer}/");
                return (Long(workspace, artifacts), "UriFolder");
            }

            if (AssetPlaces.PlaceOf(run, output) is { } place)
                return (Long(workspace, place), (run.Job?.Outputs ?? run.Pipeline!.Outputs)[output].IsFile ? "UriFile" : "UriFolder");
        }

        var kind = AssetKind.All.FirstOrDefault(each => each.Segment == segment);
        return
            kind is not null
            && AssetPlaces.Find(workspace, kind, reference).Version?.Body.Text(AssetPlaces.AddressMember(kind)) is { } found
            ? (found, "UriFolder")
            : null;
    }

    private static (AssetKind Kind, string Type) KindOf(string? type) =>
        ModelTypes.Contains(type, StringComparer.Ordinal) ? (AssetKind.Models, type!) : (AssetKind.Data, type ?? "uri_folder");

    private static string IdOf(Run run, string output, AssetKind kind) =>
        $"azureml://locations/local/workspaces/{run.Workspace.Id}/{kind.Segment}/azureml_{run.Name}_output_{output}/versions/1";

    private static string NextVersion(AssetStore assets, string name) =>
        (
            assets
                .VersionsOf(name)
                .Select(each => int.TryParse(each.Name.Split('/')[1], out var number) ? number : 0)
                .DefaultIfEmpty()
                .Max() + 1
        ).ToString();

    // The long form, which clients parse.
    private static string Long(Workspace workspace, DatastoreUri place) =>
        $"azureml://subscriptions/{workspace.Name.SubscriptionId}/resourcegroups/{workspace.Name.ResourceGroup}/workspaces/"
        + $"{workspace.Name.Name}/datastores/{place.Datastore}/paths/{place.Path}";
}
