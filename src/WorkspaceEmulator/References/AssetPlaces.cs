using System.Text.RegularExpressions;
using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Blobs;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.References;

/// <summary>Finds what an address stands for: registered data and models, outputs of jobs, blobs of storage accounts.</summary>
internal static partial class AssetPlaces
{
    // Models can name data as their address and the other way round; a circle must end.
    private const int LongestChain = 8;

    private static readonly string[] ModelTypes = ["custom_model", "mlflow_model", "triton_model"];

    [GeneratedRegex(
        "^azureml://jobs/(?<job>[^/]+)/outputs/(?<output>[^/]+)(/paths)?/?(?<path>.*)",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex JobOutputAddress();

    /// <summary>Finds a registered version.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="kind">The kind of asset.</param>
    /// <param name="reference">The reference, which is to this workspace.</param>
    /// <returns>Either the version or why it is missing.</returns>
    public static (ArmDocument? Version, string? Fault) Find(Workspace workspace, AssetKind kind, AssetReference reference)
    {
        var assets = workspace.Assets(kind);
        var found = reference switch
        {
            { Version: { } version } => assets.Versions.Find($"{reference.Name}/{version}"),
            { Label: AssetReference.Latest } => assets.VersionsOf(reference.Name).FirstOrDefault(each => !each.Body.Flag("isArchived")),
            _ => null,
        };
        var wanted = reference.Version is null ? $"label '{reference.Label}'" : $"version '{reference.Version}'";
        return found is null
            ? (null, $"workspace '{workspace.Name.Name}' has no {kind.Noun.ToLowerInvariant()} '{reference.Name}' with {wanted}.")
            : (found, null);
    }

    /// <summary>Finds the place of an input's or asset's address.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="address">The address.</param>
    /// <param name="type">The type of the input, which tells data from models where the address does not.</param>
    /// <returns>The place; else why it is missing, and whether Azure would know it and only the emulator does not.</returns>
    public static (DatastoreUri? Place, string? Fault, bool IsForeign) Locate(Workspace workspace, string address, string? type) =>
        Locate(workspace, address, type, 0);

    private static (DatastoreUri? Place, string? Fault, bool IsForeign) Locate(
        Workspace workspace,
        string address,
        string? type,
        int length
    )
    {
        if (length == LongestChain)
            return (null, $"'{address}' is one of more than {LongestChain} addresses that lead to each other.", false);
        if (AssetReference.Parse(address) is { } reference)
        {
            if (!reference.IsIn(workspace.Name))
                return (null, $"'{address}' is in another workspace", true);
            var kind = AssetKind.All.FirstOrDefault(each => each.Segment.Equals(reference.Segment, StringComparison.OrdinalIgnoreCase));
            kind ??= ModelTypes.Contains(type, StringComparer.Ordinal) ? AssetKind.Models : AssetKind.Data;
            var (version, fault) = Find(workspace, kind, reference);
            return version?.Body.Text(AddressMember(kind)) is { } next
                ? Locate(workspace, next, type, length + 1)
                : (null, fault ?? $"'{address}' has no address.", false);
        }

        if (JobOutputAddress().Match(address) is { Success: true } output)
            return LocateOutput(workspace, address, output.Groups["job"].Value, output.Groups["output"].Value, output.Groups["path"].Value);
        if (DatastoreUri.IsOne(address))
        {
            var (place, wrong) = DatastoreUri.Parse(address, workspace);
            return (place, wrong, false);
        }

        return FindBlob(workspace, address) is { } blob ? (blob, null, false) : (null, $"'{address}'", true);
    }

    /// <summary>Returns the run whose output or artifact an address names; null for any other address.</summary>
    public static string? RunOf(string address) =>
        JobOutputAddress().Match(address) is { Success: true } output ? output.Groups["job"].Value
        : DatastoreUri.Parse(address, null).Place is { } place
        && place.Datastore.Equals(StorageAccountNames.ArtifactStore, StringComparison.OrdinalIgnoreCase)
            ? StorageContainers.RunOfArtifact(place.Path)
        : null;

    /// <summary>Returns the member of a version that holds its address.</summary>
    public static string AddressMember(AssetKind kind) =>
        kind == AssetKind.Models ? "modelUri"
        : kind == AssetKind.Codes ? "codeUri"
        : "dataUri";

    private static (DatastoreUri? Place, string? Fault, bool IsForeign) LocateOutput(
        Workspace workspace,
        string address,
        string job,
        string output,
        string path
    )
    {
        if (!workspace.Runs.TryGetValue(job, out var run))
            return (null, $"'{address}': workspace '{workspace.Name.Name}' has no job '{job}'.", false);
        if (path.Split('/').Contains("..", StringComparer.Ordinal))
            return (null, $"'{address}' must not hold '..'.", false);
        // Without a name of its own, an output is one of the job's artifacts.
        if (output is "artifacts" or "default")
            return (new(StorageAccountNames.ArtifactStore, $"ExperimentRun/{run.DataContainer}/{path}"), null, false);
        return PlaceOf(run, output) is { } place
            ? (place with { Path = path.Length == 0 ? place.Path : $"{place.Path.TrimEnd('/')}/{path}" }, null, false)
            : (null, $"'{address}': job '{job}' has no output '{output}'.", false);
    }

    /// <summary>Returns where an output of a job is; null when the job has no such output.</summary>
    public static DatastoreUri? PlaceOf(Run run, string output) =>
        (run.Job?.Outputs ?? run.Pipeline?.Outputs)?.TryGetValue(output, out var found) == true
            ? found.Place ?? JobOutput.DefaultPlace(run.Name, output)
            : null;

    // The workspace's own account, or a container that is registered as a datastore.
    private static DatastoreUri? FindBlob(Workspace workspace, string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
            return null;
        var parts = Uri.UnescapeDataString(uri.AbsolutePath).Trim('/').Split('/');
        if (parts.Contains("..", StringComparer.Ordinal))
            return null;
        var account = StorageAccountNames.Of(workspace.Name);
        if (parts is [var first, var container, .. var path] && first == account)
            return Inside(StorageContainers.PlaceOf(workspace, container), path);
        // MLClient drops the account from the address of uploaded code. The container still identifies the workspace.
        if (uri.IsLoopback && parts is [var own, .. var inside] && StorageContainers.PlaceOf(workspace, own) is { } place)
            return Inside(place, inside);
        if (!uri.Host.Contains(".blob.", StringComparison.OrdinalIgnoreCase) || parts is not [var name, .. var rest])
            return null;
        var host = uri.Host.Split('.')[0];
        if (host == account)
            return Inside(StorageContainers.PlaceOf(workspace, name), rest);
        var datastore = workspace
            .Datastores.List()
            .FirstOrDefault(each => each.Body.Text("accountName") == host && each.Body.Text("containerName") == name);
        return datastore is null ? null : new(datastore.Name, string.Join('/', rest));
    }

    private static DatastoreUri? Inside(DatastoreUri? place, string[] path) =>
        place is null ? null : place with { Path = string.Join('/', [.. place.Path.Length == 0 ? [] : new[] { place.Path }, .. path]) };
}
