using System.Text.RegularExpressions;

namespace WorkspaceEmulator.Jobs;

/// <summary>Represents a path in a datastore: <c>azureml://datastores/NAME/paths/PATH</c>, or the long form with the workspace.</summary>
internal sealed partial record DatastoreUri(string Datastore, string Path)
{
    /// <summary>The datastore of outputs whose jobs name none.</summary>
    public const string DefaultDatastore = "workspaceblobstore";

    [GeneratedRegex(
        "^azureml://(subscriptions/[^/]+/resourcegroups/[^/]+/(providers/Microsoft.MachineLearningServices/)?workspaces/[^/]+/)?"
            + "datastores/(?<store>[^/]+)(/paths)?/?(?<path>.*)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Form();

    /// <summary>Returns whether an address is a path in a datastore, and so can be read without looking anything up.</summary>
    public static bool IsOne(string address) => Form().IsMatch(address);

    /// <summary>Reads a URI.</summary>
    /// <param name="uri">The URI.</param>
    /// <param name="references">The workspace that must have the datastore; null leaves that unchecked.</param>
    /// <returns>Either the datastore and path or what is wrong with the URI.</returns>
    public static (DatastoreUri? Place, string? Fault) Parse(string uri, IJobReferences? references)
    {
        var match = Form().Match(uri);
        if (!match.Success)
            return (null, $"'{uri}' is not emulated; it must be azureml://datastores/NAME/paths/PATH.");
        var (store, path) = (match.Groups["store"].Value, match.Groups["path"].Value);
        if (path.Split('/').Contains("..", StringComparer.Ordinal))
            return (null, $"'{uri}' must not hold '..'.");
        return references?.HasDatastore(store) == false
            ? (null, $"workspace '{references.Name.Name}' has no datastore '{store}'.")
            : (new(store, path), null);
    }

    public override string ToString() => $"azureml://datastores/{Datastore}/paths/{Path}";
}
