using WorkspaceEmulator.Access;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Storage;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Execution;

/// <summary>Where a job's inputs and outputs are on this machine, and its command with those places filled in.</summary>
internal sealed record JobMounts(
    IReadOnlyDictionary<string, string> Inputs,
    IReadOnlyDictionary<string, string> Outputs,
    IReadOnlyDictionary<string, string> Literals
)
{
    /// <summary>Finds the inputs, those in storage accounts by fetching them, and makes the folders of the outputs; either the mounts or why the job cannot run.</summary>
    public static async Task<(JobMounts? Mounts, string? Fault)> ResolveAsync(Workspace workspace, Run run, CancellationToken stop)
    {
        var definition = run.Document.Definition!;
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal);
        var outputs = new Dictionary<string, string>(StringComparer.Ordinal);
        var literals = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, input) in definition.Object("inputs") ?? [])
        {
            if (input.Text("jobInputType") == "literal")
            {
                literals[name] = input.Text("value")!;
                continue;
            }

            var uri = input.Text("uri")!;
            if (input.Text("mode") == "Direct")
            {
                inputs[name] = uri;
                continue;
            }

            var (path, fault) = await FetchAsync(uri, workspace, stop);
            if (path is null)
                return (null, $"Input '{name}' cannot be mounted: {fault}");
            if (!Path.Exists(path))
                return (null, $"Input '{name}' cannot be mounted: {uri} is {path}, which does not exist.");
            inputs[name] = path;
        }

        foreach (var (name, output) in definition.Object("outputs") ?? [])
        {
            var (path, fault) = Locate(output.Text("uri") ?? DefaultUri(run.Name, name), workspace);
            if (path is null)
                return (null, $"Output '{name}' cannot be mounted: {fault}");
            Directory.CreateDirectory(output.Text("jobOutputType") == "uri_file" ? Path.GetDirectoryName(path)! : path);
            outputs[name] = path;
        }

        return (new(inputs, outputs, literals), null);
    }

    /// <summary>Where an output goes that names no place.</summary>
    public static string DefaultUri(string runName, string output) =>
        $"azureml://datastores/{Workspace.DefaultDatastore}/paths/azureml/{runName}/{output}/";

    /// <summary>The command with every <c>${{inputs.x}}</c> and <c>${{outputs.x}}</c> replaced.</summary>
    public string Fill(string command) =>
        JobRequest
            .Expression()
            .Replace(command, match =>
            {
                var name = match.Groups["name"].Value;
                return match.Groups["kind"].Value == "outputs" ? Quote(Outputs[name])
                    : Literals.TryGetValue(name, out var literal) ? literal
                    : Quote(Inputs[name]);
            });

    // On Azure a mount has a plain path. Here the folder may be anywhere, so a path the shell would split is quoted.
    private static string Quote(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+:@%,=".Contains(c, StringComparison.Ordinal) || c > 127)
            ? path
            : $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static async Task<(string? Path, string? Fault)> FetchAsync(string uri, Workspace workspace, CancellationToken stop)
    {
        if (
            DatastoreUri.Parse(uri, workspace) is not ({ } place, _)
            || workspace.Datastores.Find(place.Datastore) is not { } datastore
            || datastore.Body.Text("protocol") == "file"
        )
            return Locate(uri, workspace);
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

    private static (string? Path, string? Fault) Locate(string uri, Workspace workspace) =>
        DatastoreUri.Parse(uri, workspace) is ({ } place, _) ? place.Locate(workspace) : (null, DatastoreUri.Parse(uri, workspace).Fault);
}
