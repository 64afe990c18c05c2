using System.Text.RegularExpressions;

namespace WorkspaceEmulator.Wire;

/// <summary>Names the storage accounts of workspaces, <c>st</c> and the start of the workspace's id, and their containers.</summary>
internal static partial class StorageAccountNames
{
    /// <summary>The container of jobs' artifacts: <c>ExperimentRun/dcid.NAME/PATH</c>.</summary>
    public const string Artifacts = "azureml";

    /// <summary>The datastore of jobs' artifacts.</summary>
    public const string ArtifactStore = "workspaceartifactstore";

    /// <summary>The datastores that every workspace has, the default one first.</summary>
    public static readonly IReadOnlyList<string> BuiltInDatastores =
    [
        "workspaceblobstore",
        ArtifactStore,
        "workspacefilestore",
        "workspaceworkingdirectory",
    ];

    /// <summary>The end of the host of an account.</summary>
    public const string HostSuffix = ".blob.core.localhost";

    private const string Prefix = "st";
    private const int Length = 24; // The most that Azure allows.

    [GeneratedRegex(@"^upload-[0-9a-f]{32}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Upload();

    public static string Of(WorkspaceName workspace) => Prefix + workspace.Id.ToString("N")[..(Length - Prefix.Length)];

    /// <summary>Returns the container of one of a workspace's own datastores, named as Azure ML names them.</summary>
    public static string ContainerOf(WorkspaceName workspace, string datastore) =>
        datastore.ToLowerInvariant() switch
        {
            ArtifactStore => Artifacts,
            "workspacefilestore" => $"azureml-filestore-{workspace.Id}",
            "workspaceworkingdirectory" => $"code-{workspace.Id}",
            _ => $"azureml-blobstore-{workspace.Id}",
        };

    /// <summary>Returns a new name of a container for one upload.</summary>
    public static string NewUpload() => $"upload-{Guid.NewGuid():N}";

    /// <summary>Returns whether a name is that of a container for one upload.</summary>
    public static bool IsUpload(string container) => Upload().IsMatch(container);

    /// <summary>Returns whether a path starts with what can be the name of an account.</summary>
    public static bool IsAccountPath(PathString path)
    {
        var name = (path.Value ?? "").Split('/', 3) is [_, var first, ..] ? first : "";
        return name.Length == Length
            && name.StartsWith(Prefix, StringComparison.Ordinal)
            && name[Prefix.Length..].All(char.IsAsciiHexDigitLower);
    }
}
