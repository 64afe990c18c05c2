using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Jobs;

/// <summary>Describes the part of a job's PUT that is not its definition. A second PUT may change most of it.</summary>
/// <param name="ExperimentName">The experiment; null when the PUT names none.</param>
/// <param name="DisplayName">Name for people; null when the PUT gives none.</param>
/// <param name="Description">Purpose of the job; null when the PUT gives none.</param>
/// <param name="IsArchived">Whether lists leave the job out; null when the PUT does not say.</param>
/// <param name="Tags">Tags, which replace earlier ones; null when the PUT gives none.</param>
/// <param name="Properties">Properties, which can be added and never changed.</param>
internal sealed record JobDescription(
    string? ExperimentName,
    string? DisplayName,
    string? Description,
    bool? IsArchived,
    IReadOnlyDictionary<string, string>? Tags,
    IReadOnlyDictionary<string, string> Properties
)
{
    /// <summary>Reads the description from the <c>properties</c> of a PUT.</summary>
    public static JobDescription Read(JsonObject properties) =>
        new(
            properties.Text("experimentName"),
            properties.Text("displayName"),
            properties.Text("description"),
            properties.ContainsKey("isArchived") ? properties.Flag("isArchived") : null,
            properties.Object("tags") is null ? null : properties.Texts("tags"),
            properties.Texts("properties")
        );
}
