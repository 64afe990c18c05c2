using System.Text.Json.Nodes;
using Studio.Runs;

namespace Studio.Queries;

/// <summary>Knows where the trainer writes its files, and reads them.</summary>
internal static class JobFiles
{
    public const string Predictions = "outputs/predictions.json";
    public const string GroundTruth = "outputs/ground_truth.json";

    /// <summary>The summary of the evaluation: precision and recall, the confusion matrix, intervals.</summary>
    public const string Evaluation = "outputs/evaluation.json";
    public const string Metrics = "outputs/final_model/metrics.json";
    private const string Config = "outputs/final_model/exp_config.json";
    private const string Passport = "outputs/final_model/passport.json";
    private const long MostBytes = 8 * 1024 * 1024;
    private const long MostGroundTruth = 256 * 1024 * 1024;

    /// <summary>Reads a file that is an object; null when it is missing or damaged.</summary>
    public static JsonObject? Read(IStudioRun run, string path) => Json.Read(run.OpenArtifact(path), MostBytes) as JsonObject;

    /// <summary>Returns the exp_config: what the trainer wrote at its end, else what was submitted.</summary>
    public static JsonObject? ConfigOf(IStudioRun run) => Read(run, Config) ?? run.Facts.Config;

    /// <summary>Returns the passport: what the trainer wrote at its end, else what was submitted.</summary>
    public static JsonObject? PassportOf(IStudioRun run) => Read(run, Passport) ?? run.Facts.Passport;

    /// <summary>Returns the paths of the files that exist, as the page asks for them.</summary>
    public static JsonObject Paths(IStudioRun run) =>
        new()
        {
            ["predictions"] = Existing(run, Predictions),
            ["groundTruth"] = Existing(run, GroundTruth),
            ["confusion"] = Existing(run, Evaluation),
            ["curves"] = Existing(run, Evaluation),
            ["metrics"] = Existing(run, Metrics),
        };

    /// <summary>Returns the images of the test split: <c>file</c>, <c>width</c>, <c>height</c>.</summary>
    public static JsonArray Images(IStudioRun run)
    {
        var images = Json.Member(Json.Read(run.OpenArtifact(GroundTruth), MostGroundTruth), "images") as JsonArray ?? [];
        return Json.Of(
            images
                .Where(image => Json.Text(image, "file_name") is not null)
                .Select(
                    JsonNode? (image) =>
                        new JsonObject
                        {
                            ["file"] = Json.Text(image, "file_name"),
                            ["width"] = Json.Of(Json.Number(image, "width")),
                            ["height"] = Json.Of(Json.Number(image, "height")),
                        }
                )
        );
    }

    private static string? Existing(IStudioRun run, string path)
    {
        using var file = run.OpenArtifact(path);
        return file is null ? null : path;
    }
}
