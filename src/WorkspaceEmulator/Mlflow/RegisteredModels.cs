using System.Globalization;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Assets;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Mlflow;

/// <summary>Shows the workspace's models as MLflow's registry: the same models and versions that ARM shows.</summary>
internal static class RegisteredModels
{
    public static readonly string[] Stages = ["None", "Staging", "Production", "Archived"];

    /// <summary>The member of a stored version that holds its stage.</summary>
    public const string Stage = "stage";

    /// <summary>The member of a stored model that holds the version of each alias. ARM does not show it.</summary>
    public const string Aliases = "aliases";

    /// <summary>Returns the number of a version; null when its name is no number, and so no version of MLflow.</summary>
    public static double? NumberOf(ArmDocument version) =>
        int.TryParse(version.Name.Split('/')[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Returns the versions of a model that MLflow can name, newest first.</summary>
    public static IReadOnlyList<ArmDocument> VersionsOf(Workspace workspace, string name) =>
        [
            .. workspace
                .Assets(AssetKind.Models)
                .VersionsOf(name)
                .Where(version => NumberOf(version) is not null)
                .OrderByDescending(NumberOf),
        ];

    public static JsonObject Render(Workspace workspace, ArmDocument model) =>
        new JsonObject
        {
            ["name"] = model.Name,
            ["creation_timestamp"] = model.CreatedAt.ToUnixTimeMilliseconds(),
            ["last_updated_timestamp"] = model.ModifiedAt.ToUnixTimeMilliseconds(),
            ["description"] = model.Body.Text("description"),
            ["latest_versions"] = Latest(workspace, model.Name, []).ToJsonArray(),
            ["tags"] = MlflowResource.Pairs(model.Body.Texts("tags")),
            ["aliases"] = model
                .Body.Texts(Aliases)
                .Select(pair => (JsonNode)new JsonObject { ["alias"] = pair.Key, ["version"] = pair.Value })
                .ToJsonArray(),
        }.WithoutNulls();

    /// <summary>Returns the newest version of each stage, or of the given stages.</summary>
    public static IEnumerable<JsonNode> Latest(Workspace workspace, string name, IReadOnlyCollection<string> stages) =>
        VersionsOf(workspace, name)
            .GroupBy(StageOf, StringComparer.OrdinalIgnoreCase)
            .Where(group => stages.Count == 0 || stages.Contains(group.Key, StringComparer.OrdinalIgnoreCase))
            .Select(group => RenderVersion(workspace, group.First()));

    public static JsonObject RenderVersion(Workspace workspace, ArmDocument version)
    {
        var parts = version.Name.Split('/');
        return new JsonObject
        {
            ["name"] = parts[0],
            ["version"] = parts[1],
            ["creation_timestamp"] = version.CreatedAt.ToUnixTimeMilliseconds(),
            ["last_updated_timestamp"] = version.ModifiedAt.ToUnixTimeMilliseconds(),
            ["current_stage"] = StageOf(version),
            ["description"] = version.Body.Text("description"),
            ["source"] = version.Body.Text("modelUri"),
            ["run_id"] = version.Body.Text("jobName"),
            ["status"] = "READY",
            ["tags"] = MlflowResource.Pairs(version.Body.Texts("tags")),
            ["aliases"] = AliasesOf(workspace, parts[0], parts[1]).ToJsonArray(),
        }.WithoutNulls();
    }

    private static IEnumerable<JsonNode> AliasesOf(Workspace workspace, string name, string version) =>
        (workspace.Assets(AssetKind.Models).Containers.Find(name)?.Body.Texts(Aliases) ?? [])
            .Where(pair => pair.Value == version)
            .Select(pair => (JsonNode)JsonValue.Create(pair.Key));

    private static string StageOf(ArmDocument version) => version.Body.Text(Stage) ?? "None";
}
