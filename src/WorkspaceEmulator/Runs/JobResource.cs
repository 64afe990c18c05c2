using System.Text.Json.Nodes;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Runs;

/// <summary>Renders a job as ARM shows it, and applies what a second PUT may change.</summary>
internal static class JobResource
{
    private static readonly string[] FixedMembers =
    [
        "command",
        "environmentId",
        "computeId",
        "codeId",
        "environmentVariables",
        "inputs",
        "limits",
        "resources",
        "distribution",
        "trial",
        "searchSpace",
        "samplingAlgorithm",
        "objective",
        "earlyTermination",
        "jobs",
        "settings",
    ];

    public static JsonObject Render(Run run, Uri endpoint)
    {
        var document = run.Document;
        var properties = document.Definition!.Clone();
        properties["displayName"] = document.DisplayName;
        properties["experimentName"] = document.ExperimentName;
        properties["status"] = document.Status.ToString();
        properties["isArchived"] = document.IsArchived;
        properties["tags"] = document.Tags.ToJson();
        properties["properties"] = document.Properties.ToJson();
        if (document.Description is { } description)
            properties["description"] = description;
        properties["services"] = new JsonObject
        {
            ["Studio"] = new JsonObject
            {
                ["jobServiceType"] = "Studio",
                ["endpoint"] = new Uri(endpoint, $"?run={Uri.EscapeDataString(run.Name)}&wsid={run.Workspace.ArmId}").AbsoluteUri,
            },
            ["Tracking"] = new JsonObject { ["jobServiceType"] = "Tracking", ["endpoint"] = $"{run.Workspace.TrackingUri(endpoint)}?" },
        };
        var outputs = properties.Object("outputs") ?? [];
        foreach (var (name, output) in outputs)
        {
            if (output is JsonObject place && place.Text("uri") is null)
                place["uri"] = JobOutput.DefaultPlace(run.Name, name).ToString();
        }

        outputs["default"] ??= new JsonObject
        {
            ["jobOutputType"] = "uri_folder",
            ["mode"] = "ReadWriteMount",
            ["uri"] = $"azureml://datastores/workspaceartifactstore/ExperimentRun/{run.DataContainer}",
        };
        properties["outputs"] = outputs.Clone();
        return ArmDocument.Envelope(
            run.ArmId,
            run.Name,
            "Microsoft.MachineLearningServices/workspaces/jobs",
            document.CreatedAt,
            document.ModifiedAt,
            properties
        );
    }

    /// <summary>Returns why a second PUT is refused; null when it is allowed.</summary>
    public static string? ChangeFault(Run run, JsonObject properties, JobDescription description)
    {
        var document = run.Document;
        foreach (var member in FixedMembers)
        {
            if (properties[member] is { } value && !JsonNode.DeepEquals(value, document.Definition?[member]))
                return $"properties.{member} of job '{run.Name}' cannot be changed; submit a job of another name.";
        }

        if (description.ExperimentName is { } experiment && experiment != document.ExperimentName)
            return $"properties.experimentName of job '{run.Name}' cannot be changed; submit a job of another name.";
        foreach (var (key, value) in description.Properties)
        {
            if (document.Properties.TryGetValue(key, out var old) && old != value)
            {
                return $"properties.properties.{key} of job '{run.Name}' already exists and cannot be changed; properties can only be "
                    + "added.";
            }
        }

        return null;
    }

    public static void Change(Run run, JobDescription description) =>
        run.Update(document =>
            document with
            {
                DisplayName = description.DisplayName ?? document.DisplayName,
                Description = description.Description ?? document.Description,
                IsArchived = description.IsArchived ?? document.IsArchived,
                Tags = description.Tags is { } tags ? Run.Merge(tags, []) : document.Tags,
                Properties = Run.Merge(document.Properties, description.Properties),
            }
        );
}
