using System.Text.RegularExpressions;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Jobs;

/// <summary>A place in a datastore, as <c>azureml://datastores/NAME/paths/PATH</c> or its long form with the workspace names it.</summary>
internal sealed partial record DatastoreUri(string Datastore, string Path)
{
    [GeneratedRegex(
        "^azureml://(subscriptions/[^/]+/resourcegroups/[^/]+/(providers/Microsoft.MachineLearningServices/)?workspaces/[^/]+/)?datastores/(?<store>[^/]+)(/paths)?/?(?<path>.*)$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Form();

    /// <summary>Reads a URI whose datastore must exist; either the place or what is wrong.</summary>
    public static (DatastoreUri? Place, string? Fault) Parse(string uri, Workspace workspace)
    {
        var match = Form().Match(uri);
        if (!match.Success)
            return (null, $"'{uri}' is not emulated; it must be azureml://datastores/NAME/paths/PATH.");
        var (store, path) = (match.Groups["store"].Value, match.Groups["path"].Value);
        if (path.Split('/').Contains("..", StringComparer.Ordinal))
            return (null, $"'{uri}' must not hold '..'.");
        return workspace.Datastores.Find(store) is null
            ? (null, $"workspace '{workspace.Name.Name}' has no datastore '{store}'.")
            : (new(store, path), null);
    }

    /// <summary>The folder or file on this machine; a fault when the datastore is a storage account.</summary>
    public (string? LocalPath, string? Fault) Locate(Workspace workspace)
    {
        if (workspace.Datastores.Find(Datastore) is not { } document)
            return (null, $"workspace '{workspace.Name.Name}' has no datastore '{Datastore}'.");
        if (document.Body.Text("protocol") != "file")
        {
            return (
                null,
                $"datastore '{Datastore}' is in storage account '{document.Body.Text("accountName")}', and the emulator reads storage accounts but does not write to them; "
                    + "name a datastore with protocol 'file' and its folder as endpoint."
            );
        }

        var root = document.Body.Text("endpoint") ?? "";
        return System.IO.Path.IsPathRooted(root)
            ? (System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.Combine(root, Path)), null)
            : (null, $"datastore '{Datastore}' has endpoint '{root}'; with protocol 'file' it must be the absolute path of a folder.");
    }
}
