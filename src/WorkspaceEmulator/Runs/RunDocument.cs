using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Runs;

/// <summary>Holds what is stored of a run, in the form of its file.</summary>
/// <remarks>
/// <c>Definition</c>: the job's ARM properties that do not change, as responses echo them; null for a run created through MLflow.
/// <c>DatasetInputs</c>: what <c>log-inputs</c> sent; null for nothing.
/// <c>Trial</c>: what makes it a trial of a sweep; null for any other run.
/// <c>Step</c>: what makes it a step of a pipeline; null for any other run.
/// <c>Steps</c>: the jobs of a pipeline by the name of the step; null for any other run.
/// <c>PlannedPreemptions</c>: how often the node was taken away as the job's request asks; null for never.
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
    JsonObject? Definition,
    JsonArray? DatasetInputs = null,
    TrialDocument? Trial = null,
    StepDocument? Step = null,
    JsonObject? Steps = null,
    int? PlannedPreemptions = null
)
{
    public const string FileName = "run.json";

    private const int LongestFolder = 255;

    public static readonly JsonSerializerOptions FileFormat = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    [JsonIgnore]
    public WorkspaceName WorkspaceName => new(SubscriptionId, ResourceGroup, Workspace);

    /// <summary>
    /// Gets the name of the run's folder when another workspace has a run of its name. A folder's name has at most 255 bytes.
    /// </summary>
    [JsonIgnore]
    public string SecondFolder
    {
        get
        {
            var id = WorkspaceName.Id.ToString("N");
            return Name.Length + id.Length < LongestFolder
                ? $"{Name}.{id}"
                : $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Name)))}.{id}";
        }
    }

    /// <summary>Gets the name of the sweep or pipeline to which the run belongs; null for a run of its own.</summary>
    [JsonIgnore]
    public string? Parent => Trial?.Sweep ?? Step?.Pipeline;

    /// <summary>Reads every run of the state folder. Damaged ones are set aside.</summary>
    public static IEnumerable<(ConfinedFolder Files, RunDocument Document, JobDefinition? Job)> LoadAll(StateFolder state)
    {
        foreach (var folder in Directory.EnumerateDirectories(state.Jobs).Select(path => Path.GetFileName(path)))
        {
            var files = state.JobFiles.Below(folder);
            foreach (var leftover in files.ListNames("").Where(name => StateFile.IsLeftover(name) || name == RunArtifacts.Incoming))
                files.Delete(leftover);
            state.SetFolderAside(files.PathOf(FileName), "The job is not listed any more, and a job of that name can be submitted.");
            if (files.ReadText(FileName) is not { } text)
                continue; // The folder of a run that was never stored.
            var (document, job, fault) = Read(folder, text);
            if (fault is null)
            {
                yield return (files, document!, job);
            }
            else
            {
                state.SetAside(
                    files.PathOf(FileName),
                    fault,
                    $"The job is not listed any more; its files stay in {files.PathOf("")}, and a job of that name can be submitted."
                );
            }
        }
    }

    private static JobDefinition? ReadDefinition(JsonObject? definition, JsonObject? steps) =>
        definition is null ? null
        : definition.Text("jobType") == PipelineJob.Type ? new(PipelineJob.Read(definition, ReadSteps(steps)))
        : definition.Text("jobType") == SweepJob.Type ? new(SweepJobReader.ReadStored(definition))
        : new(CommandJobReader.ReadStored(definition));

    private static JsonObject ReadSteps(JsonObject? steps)
    {
        foreach (var (_, step) in steps ?? throw new FormatException("the steps of the pipeline are missing"))
            CommandJobReader.ReadStored(PipelineJob.WithPlaces(step as JsonObject ?? []));
        return steps;
    }

    private static (RunDocument? Document, JobDefinition? Job, string? Fault) Read(string folder, string text)
    {
        try
        {
            var document = JsonSerializer.Deserialize<RunDocument>(text, FileFormat);
            if (
                document is not { SubscriptionId: not null, ResourceGroup: not null, Workspace: not null, Name: not null }
                || document is not { ExperimentName: not null, Tags: not null, Properties: not null, Parameters: not null }
            )
            {
                return (null, null, "a member is missing");
            }

            if (folder != document.Name && folder != document.SecondFolder)
                return (null, null, $"it holds the job '{document.Name}'");
            // A duplicate member is found only when it is read.
            var definition = document.Definition?.Clone();
            if (document.Trial is { Sweep: null } or { Values: null })
                return (null, null, "a member of its trial is missing");
            if (document.Step is { Pipeline: null } or { Name: null })
                return (null, null, "a member of its step is missing");
            var steps = document.Steps?.Clone();
            return (document with { Definition = definition, Steps = steps }, ReadDefinition(definition, steps), null);
        }
        catch (Exception error) when (error is JsonException or FormatException or ArgumentException or InvalidOperationException)
        {
            return (null, null, error.Message);
        }
    }
}
