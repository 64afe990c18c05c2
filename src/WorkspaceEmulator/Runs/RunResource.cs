using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Runs;

/// <summary>Renders a run as run history shows it.</summary>
internal static class RunResource
{
    public static JsonObject Render(Run run, ExperimentStore experiments)
    {
        var document = run.Document;
        var json = Common(run);
        json["runNumber"] = document.Number;
        json["rootRunId"] = document.Parent ?? run.Name;
        json["experimentId"] = experiments.GetOrCreate(document.ExperimentName).Id;
        json["createdUtc"] = document.CreatedAt.UtcDateTime.ToString("O");
        json["dataContainerId"] = run.DataContainer;
        json["displayName"] = document.DisplayName;
        json["name"] = document.DisplayName;
        json["description"] = document.Description;
        json["hidden"] = document.IsArchived;
        json["runType"] =
            run.Sweep is not null ? "hyperdrive"
            : run.Pipeline is not null ? "azureml.PipelineRun"
            : document.Step is not null ? "azureml.StepRun"
            : run.IsJob ? "azureml.scriptrun"
            : "Run";
        return json.WithoutNulls();
    }

    public static JsonObject RenderDetails(Run run, IReadOnlyDictionary<string, string> logAddresses)
    {
        var json = Common(run);
        json["warnings"] = new JsonArray();
        json["logFiles"] = logAddresses.ToJson();
        if (run.Document.Definition is { } definition)
            json["runDefinition"] = definition.Clone();
        return json.WithoutNulls();
    }

    private static JsonObject Common(Run run)
    {
        var document = run.Document;
        var json = new JsonObject
        {
            ["runId"] = run.Name,
            ["status"] = document.Status.ToString(),
            ["startTimeUtc"] = document.StartedAt?.UtcDateTime.ToString("O"),
            ["endTimeUtc"] = document.EndedAt?.UtcDateTime.ToString("O"),
            ["target"] = run.ComputeName ?? "local",
            ["parentRunId"] = document.Parent ?? document.Tags.GetValueOrDefault("mlflow.parentRunId"),
            ["tags"] = document.Tags.ToJson(),
            ["properties"] = document.Properties.ToJson(),
            ["revision"] = document.ModifiedAt.UtcTicks,
        };
        if (document.ErrorMessage is { } message)
        {
            json["error"] = new JsonObject
            {
                ["error"] = new JsonObject { ["code"] = document.ErrorCode, ["message"] = message },
            };
        }

        return json;
    }
}
