using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Mlflow;

/// <summary>Describes what can be searched, as Azure ML restricts it: less than MLflow's own server accepts.</summary>
internal static class SearchFields
{
    public static SearchField<Run>? OfRun(string kind, string key) =>
        kind switch
        {
            "metric" => SearchField<Run>.Number(run => run.Metrics.Latest().FirstOrDefault(point => point.Key == key)?.Value) with
            {
                IsSortable = false,
            },
            "param" => SearchField<Run>.Text(run => run.Document.Parameters.GetValueOrDefault(key)) with
            {
                Operators = ["=", "!=", "LIKE", "ILIKE"],
                IsSortable = false,
            },
            "tag" => SearchField<Run>.Text(run => run.Document.Tags.GetValueOrDefault(key)) with
            {
                Operators = ["=", "LIKE", "ILIKE"],
                IsSortable = false,
            },
            _ => key.ToLowerInvariant() switch
            {
                "run_id" => SearchField<Run>.Text(run => run.Name),
                "run_name" or "run name" => SearchField<Run>.Text(run => run.Document.DisplayName),
                "status" => SearchField<Run>.Text(run => run.Document.Status.ToMlflow()),
                "user_id" => SearchField<Run>.Text(_ => "emulator"),
                "start_time" or "created" or "creation_time" => SearchField<Run>.Number(run =>
                    (run.Document.StartedAt ?? run.Document.CreatedAt).ToUnixTimeMilliseconds()
                ),
                "end_time" => SearchField<Run>.Number(run => run.Document.EndedAt?.ToUnixTimeMilliseconds()),
                "duration" => SearchField<Run>.Number(run =>
                    (run.Document.EndedAt - (run.Document.StartedAt ?? run.Document.CreatedAt))?.TotalMilliseconds
                ),
                _ => null,
            },
        };

    public static SearchField<Experiment>? OfExperiment(string kind, string key) =>
        kind switch
        {
            "tag" => SearchField<Experiment>.Text(experiment => experiment.Tags.GetValueOrDefault(key)) with { IsSortable = false },
            "attribute" => key.ToLowerInvariant() switch
            {
                "name" => SearchField<Experiment>.Text(experiment => experiment.Name),
                "experiment_id" => SearchField<Experiment>.Text(experiment => experiment.Id),
                "creation_time" => SearchField<Experiment>.Number(experiment => experiment.CreatedAt.ToUnixTimeMilliseconds()),
                "last_update_time" => SearchField<Experiment>.Number(experiment => experiment.ModifiedAt.ToUnixTimeMilliseconds()),
                _ => null,
            },
            _ => null,
        };

    public static SearchField<ArmDocument>? OfModel(string kind, string key) =>
        kind != "attribute"
            ? null
            : key.ToLowerInvariant() switch
            {
                "name" => SearchField<ArmDocument>.Text(document => document.Name.Split('/')[0]) with { Operators = ["="] },
                "run_id" => SearchField<ArmDocument>.Text(document => document.Body.Text("jobName")) with { Operators = ["=", "IN"] },
                "source_path" => SearchField<ArmDocument>.Text(document => document.Body.Text(ModelAddress)) with { Operators = ["="] },
                "version_number" => SearchField<ArmDocument>.Number(document => RegisteredModels.NumberOf(document)),
                "creation_timestamp" => SearchField<ArmDocument>.Number(document => document.CreatedAt.ToUnixTimeMilliseconds()),
                "last_updated_timestamp" => SearchField<ArmDocument>.Number(document => document.ModifiedAt.ToUnixTimeMilliseconds()),
                _ => null,
            };

    private static string ModelAddress => AssetKind.Models.FixedMembers[0];
}
