using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.References;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.State;
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
    /// <summary>Gets what is written to storage accounts.</summary>
    public IReadOnlyList<BlobOutput> Written { get; init; } = [];

    /// <summary>Finds the inputs, downloads those in storage accounts, and creates the folders of the outputs.</summary>
    /// <returns>Either the mounts or why the job cannot run.</returns>
    public static async Task<(JobMounts? Mounts, string? Fault)> ResolveAsync(Workspace workspace, Run run, CancellationToken stop)
    {
        var job = run.Job!;
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal);
        var outputs = new Dictionary<string, string>(StringComparer.Ordinal);
        var literals = new Dictionary<string, string>(StringComparer.Ordinal);
        var written = new List<BlobOutput>();
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
            var (path, fault) =
                place is null ? (null, unknown)
                : input.IsWritable && WrittenTo(place, workspace) is { } store
                    ? await OpenAsync(new(name, store, place.Path, isUploaded: false) { IsInput = true }, isFile: IsFile(run, name))
                : await PlaceFiles.FetchAsync(place, workspace, stop);
            if (path is null || !Path.Exists(path))
                return (null, $"Input '{name}' cannot be mounted: {fault ?? $"{input.Value} is {path}, which does not exist."}");
            var (delivered, lack) = input.IsEvaluated ? MlTable.Deliver(path, workspace, run, name) : (path, null);
            if (delivered is null)
                return (null, $"Input '{name}' cannot be mounted: {lack}");
            inputs[name] = delivered;
        }

        foreach (var (name, output) in job.Outputs)
        {
            var place = output.Place ?? JobOutput.DefaultPlace(run.Name, name);
            if (output.IsAddress)
            {
                outputs[name] = place.ToString();
                continue;
            }

            var (path, fault) = WrittenTo(place, workspace) is { } store
                ? await OpenAsync(new(name, store, place.Path, output.IsUploaded), output.IsFile)
                : PlaceFiles.Create(place, output.IsFile, workspace);
            if (path is null)
                return (null, $"Output '{name}' cannot be mounted: {fault}");
            outputs[name] = path;
        }

        return (new(inputs, outputs, literals) { Written = written }, null);

        async Task<(string? Path, string? Fault)> OpenAsync(BlobOutput output, bool isFile)
        {
            written.Add(output);
            try
            {
                return await output.OpenAsync(run.Files, workspace, isFile, stop);
            }
            catch (OperationCanceledException)
            {
                return (null, "the job was ended while it was fetched.");
            }
        }
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

    // A datastore that is no folder of this machine.
    private static ArmDocument? WrittenTo(DatastoreUri place, Workspace workspace) =>
        workspace.FindStore(place) is { } datastore && datastore.Body.Text("protocol") != "file" ? datastore : null;

    private static bool IsFile(Run run, string input) =>
        run.Document.Definition.Object("inputs").Object(input).Text("jobInputType") == "uri_file";

    private static (DatastoreUri? Place, string? Fault, bool IsForeign) Locate(Workspace workspace, Run run, string name, string address) =>
        AssetPlaces.Locate(workspace, address, run.Document.Definition.Object("inputs").Object(name).Text("jobInputType"));

    // On Azure a mount has a plain path. Here the folder may be anywhere, so a path that the shell would split is quoted.
    private static string Quote(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+:@%,=".Contains(c, StringComparison.Ordinal) || c > 127)
            ? path
            : $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
