using System.Text.Json.Nodes;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Mlflow;

/// <summary>Renders experiments and runs as MLflow shows them.</summary>
internal static class MlflowResource
{
    public static JsonObject Render(Experiment experiment, Workspace workspace, Uri endpoint) =>
        new()
        {
            ["experiment_id"] = experiment.Id,
            ["name"] = experiment.Name,
            ["artifact_location"] = $"{workspace.Name.TrackingUri(endpoint)}/experiments/{experiment.Id}",
            ["lifecycle_stage"] = experiment.IsDeleted ? "deleted" : "active",
            ["creation_time"] = experiment.CreatedAt.ToUnixTimeMilliseconds(),
            ["last_update_time"] = experiment.ModifiedAt.ToUnixTimeMilliseconds(),
            ["tags"] = Pairs(experiment.Tags),
        };

    public static JsonObject Render(Run run, Workspace workspace, Uri endpoint) =>
        new()
        {
            ["info"] = RenderInfo(run, workspace, endpoint),
            ["data"] = new JsonObject
            {
                ["metrics"] = run.Metrics.Latest().Select(JsonNode? (point) => point.ToJson()).ToJsonArray(),
                ["params"] = Pairs(run.Document.Parameters),
                ["tags"] = Pairs(AllTags(run, workspace)),
            },
            ["inputs"] = new JsonObject { ["dataset_inputs"] = run.Document.DatasetInputs?.DeepClone() ?? new JsonArray() },
        };

    public static JsonObject RenderInfo(Run run, Workspace workspace, Uri endpoint)
    {
        var document = run.Document;
        return new JsonObject
        {
            ["run_id"] = run.Name,
            ["run_uuid"] = run.Name,
            ["run_name"] = document.DisplayName,
            ["experiment_id"] = workspace.Experiments.GetOrCreate(document.ExperimentName).Id,
            ["status"] = document.Status.ToMlflow(),
            ["start_time"] = (document.StartedAt ?? document.CreatedAt).ToUnixTimeMilliseconds(),
            ["end_time"] = document.EndedAt?.ToUnixTimeMilliseconds(),
            ["artifact_uri"] = ArtifactUri(run, endpoint),
            ["lifecycle_stage"] = document.IsArchived ? "deleted" : "active",
        }.WithoutNulls();
    }

    public static string ArtifactUri(Run run, Uri endpoint) =>
        $"azureml://{endpoint.Authority}/artifact/v2.0{run.Workspace.ArmId}/artifacts/ExperimentRun/{run.DataContainer}";

    private static SortedDictionary<string, string> AllTags(Run run, Workspace workspace)
    {
        var system = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["mlflow.rootRunId"] = RunTree.RootOf(run, workspace).Name,
            ["mlflow.runName"] = run.Document.DisplayName ?? run.Name,
        };
        return Run.Merge(system, run.Document.Tags);
    }

    public static JsonArray Pairs(IEnumerable<KeyValuePair<string, string>> pairs) =>
        pairs.Select(JsonNode? (pair) => new JsonObject { ["key"] = pair.Key, ["value"] = pair.Value }).ToJsonArray();
}
