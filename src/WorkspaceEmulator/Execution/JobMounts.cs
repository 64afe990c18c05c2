using WorkspaceEmulator.Access;
using WorkspaceEmulator.Blobs;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.References;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Storage;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Execution;

/// <summary>Describes where a job's inputs and outputs are on this machine.</summary>
internal sealed record JobMounts(
    IReadOnlyDictionary<string, string> Inputs,
    IReadOnlyDictionary<string, string> Outputs,
    IReadOnlyDictionary<string, string> Literals
)
{
    /// <summary>Finds the inputs, downloads those in storage accounts, and creates the folders of the outputs.</summary>
    /// <returns>Either the mounts or why the job cannot run.</returns>
    public static async Task<(JobMounts? Mounts, string? Fault)> ResolveAsync(Workspace workspace, Run run, CancellationToken stop)
    {
        var job = run.Job!;
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal);
        var outputs = new Dictionary<string, string>(StringComparer.Ordinal);
        var literals = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, input) in job.Inputs)
        {
            if (input.Kind == JobInputKind.Literal)
            {
                literals[name] = input.Value;
                continue;
            }

            if (input.Kind == JobInputKind.Address)
            {
                inputs[name] = input.Value;
                continue;
            }

            var (place, unknown, _) = input.Place is { } given ? (given, null, false) : Locate(workspace, run, name, input.Value);
            var (path, fault) = place is null ? (null, unknown) : await FetchAsync(place, workspace, stop);
            if (path is null || !Path.Exists(path))
                return (null, $"Input '{name}' cannot be mounted: {fault ?? $"{input.Value} is {path}, which does not exist."}");
            inputs[name] = path;
        }

        foreach (var (name, output) in job.Outputs)
        {
            var (path, fault) = Create(output.Place ?? JobOutput.DefaultPlace(run.Name, name), output.IsFile, workspace);
            if (path is null)
                return (null, $"Output '{name}' cannot be mounted: {fault}");
            outputs[name] = path;
        }

        return (new(inputs, outputs, literals), null);
    }

    /// <summary>Returns the command with every <c>${{inputs.x}}</c> and <c>${{outputs.x}}</c> replaced.</summary>
    public string Fill(string command) =>
        CommandJob
            .Expression()
            .Replace(command, match =>
            {
                var name = match.Groups["name"].Value;
                return match.Groups["kind"].Value == "outputs" ? Quote(Outputs[name])
                    : Literals.TryGetValue(name, out var literal) ? literal
                    : Quote(Inputs[name]);
            });

    private static (DatastoreUri? Place, string? Fault, bool IsForeign) Locate(Workspace workspace, Run run, string name, string address) =>
        AssetPlaces.Locate(workspace, address, run.Document.Definition.Object("inputs").Object(name).Text("jobInputType"));

    // On Azure a mount has a plain path. Here the folder may be anywhere, so a path that the shell would split is quoted.
    private static string Quote(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+:@%,=".Contains(c, StringComparison.Ordinal) || c > 127)
            ? path
            : $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static async Task<(string? Path, string? Fault)> FetchAsync(DatastoreUri place, Workspace workspace, CancellationToken stop)
    {
        if (
            place.Datastore == StorageContainers.ArtifactStore
            && StorageContainers.FindArtifact(workspace, place.Path.TrimEnd('/')) is var (source, artifact)
        )
        {
            return source.Artifacts.PathOf(artifact) is { } own
                ? (own, null)
                : (null, $"job '{source.Name}' has no artifact '{artifact}'.");
        }

        if (workspace.Datastores.Find(place.Datastore) is not { } datastore || datastore.Body.Text("protocol") == "file")
            return Find(place, workspace);
        var state = workspace.StateFolder;
        try
        {
            return await new BlobMirror(datastore, SecretBox.LoadOrCreate(state), state.Mirror(workspace.Name, place.Datastore)).FetchAsync(
                place.Path,
                stop
            );
        }
        catch (OperationCanceledException)
        {
            return (null, "the job was ended while it was fetched.");
        }
    }

    // A job that writes to a datastore could lead a later one elsewhere by a link; so no link in a datastore is followed.
    private static (string? Path, string? Fault) Find(DatastoreUri place, Workspace workspace)
    {
        var (root, inside, fault) = Locate(place, workspace);
        if (root is null)
            return (null, fault);
        var path = Path.TrimEndingDirectorySeparator(Path.Combine(root, inside));
        return
            inside.Length > 0
            && Path.Exists(path)
            && new ConfinedFolder(root, isShared: true).Find(inside) is not ({ IsFile: true } or { IsFolder: true })
            ? (null, $"{path} is a link or leads through one, and links in a datastore are not followed; name its target as a datastore.")
            : (path, null);
    }

    private static (string? Path, string? Fault) Create(DatastoreUri place, bool isFile, Workspace workspace)
    {
        var (root, inside, fault) = Locate(place, workspace);
        if (root is null)
            return (null, fault);
        Directory.CreateDirectory(root);
        var folder = isFile ? inside[..Math.Max(inside.LastIndexOf('/'), 0)] : inside;
        try
        {
            if (folder.Length > 0)
                new ConfinedFolder(root, isShared: true).CreateFolder(folder);
        }
        catch (RefusedPathException error)
        {
            return (null, $"{error.Message} It is in {root}; name the target of a link as a datastore.");
        }

        return (Path.TrimEndingDirectorySeparator(Path.Combine(root, inside)), null);
    }

    private static (string? Root, string Inside, string? Fault) Locate(DatastoreUri place, Workspace workspace)
    {
        var inside = string.Join('/', place.Path.Split('/').Where(part => part is not ("" or ".")));
        if (workspace.Datastores.Find(place.Datastore) is not { } datastore)
            return (null, inside, $"workspace '{workspace.Name.Name}' has no datastore '{place.Datastore}'.");
        if (datastore.Body.Text("protocol") != "file")
        {
            return (
                null,
                inside,
                $"datastore '{place.Datastore}' is in storage account '{datastore.Body.Text("accountName")}', "
                    + "and the emulator reads storage accounts but does not write to them; "
                    + "name a datastore with protocol 'file' and its folder as endpoint."
            );
        }

        var root = datastore.Body.Text("endpoint") ?? "";
        return Path.IsPathRooted(root)
            ? (root, inside, null)
            : (
                null,
                inside,
                $"datastore '{place.Datastore}' has endpoint '{root}'; with protocol 'file' it must be the absolute path of a folder."
            );
    }
}
