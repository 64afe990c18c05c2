using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Runs;

/// <summary>Holds what is stored of a run, in the form of its file.</summary>
/// <remarks>
/// <c>Definition</c>: the job's ARM properties that do not change, as responses echo them; null for a run created through MLflow.
/// </remarks>
internal sealed record RunDocument(
    string SubscriptionId,
    string ResourceGroup,
    string Workspace,
    string Name,
    string ExperimentName,
    int Number,
    RunStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset ModifiedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    string? DisplayName,
    string? Description,
    bool IsArchived,
    string? ErrorCode,
    string? ErrorMessage,
    IReadOnlyDictionary<string, string> Tags,
    IReadOnlyDictionary<string, string> Properties,
    IReadOnlyDictionary<string, string> Parameters,
    JsonObject? Definition
)
{
    public const string FileName = "run.json";

    public static readonly JsonSerializerOptions FileFormat = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    [JsonIgnore]
    public WorkspaceName WorkspaceName => new(SubscriptionId, ResourceGroup, Workspace);

    /// <summary>Reads every run of the state folder.</summary>
    public static IEnumerable<(string Folder, RunDocument Document)> LoadAll(StateFolder state)
    {
        foreach (var folder in Directory.EnumerateDirectories(state.Jobs))
        {
            var file = Path.Combine(folder, FileName);
            if (!File.Exists(file))
                continue; // The folder of a run that was never stored.
            var document = JsonSerializer.Deserialize<RunDocument>(File.ReadAllText(file), FileFormat)!;
            yield return (folder, document);
        }
    }
}
