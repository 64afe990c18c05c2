using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reports.Reading;

/// <summary>The trainer's predictions and ground truth in COCO's form, as far as the page's figures need them.</summary>
/// <param name="Truth">Images, categories and annotations of <c>outputs/ground_truth.json</c>.</param>
/// <param name="Found">The predictions of <c>outputs/predictions.json</c>.</param>
internal sealed record Predictions(JsonObject Truth, JsonArray Found)
{
    private const long MostBytes = 1_000_000; // of one file; a page of a large test set would be slow to open
    private const int LongestName = 40;

    /// <summary>Reads both files; null when one is missing, damaged or large.</summary>
    public static Predictions? Read(string folder)
    {
        try
        {
            return
                Open(folder, "outputs/ground_truth.json") is JsonObject truth && Open(folder, "outputs/predictions.json") is JsonArray found
                ? Checked(truth, found)
                : null;
        }
        // A member that is missing, or of another type.
        catch (Exception error)
            when (error is JsonException or InvalidOperationException or ArgumentException or NullReferenceException or FormatException)
        {
            return null;
        }
    }

    private static JsonNode? Open(string folder, string path)
    {
        if (JsonFile.Open(folder, path, [], MostBytes) is not { } stream)
            return null;
        using (stream)
            return JsonNode.Parse(stream, documentOptions: new() { AllowDuplicateProperties = false });
    }

    private static Predictions Checked(JsonObject truth, JsonArray found)
    {
        var images = truth["images"]!.AsArray().Select(image => (long)image!["id"]!).ToHashSet();
        var classes = truth["categories"]!.AsArray().Select(one => (long)one!["id"]!).ToHashSet();
        bool IsKnown(JsonNode? box) => images.Contains((long)box!["image_id"]!) && classes.Contains((long)box["category_id"]!);
        var checkedTruth = new JsonObject
        {
            ["info"] = new JsonObject { ["eval_conf"] = Math.Clamp((double)truth["info"]!["eval_conf"]!, 0, 1) },
            ["images"] = new JsonArray([.. images.Select(id => new JsonObject { ["id"] = id })]),
            ["categories"] = new JsonArray([
                .. truth["categories"]!
                    .AsArray()
                    .Select(one => new JsonObject
                    {
                        ["id"] = (long)one!["id"]!,
                        ["name"] = PlainText.OneLine((string)one["name"]!, LongestName),
                    }),
            ]),
            ["annotations"] = new JsonArray([
                .. truth["annotations"]!
                    .AsArray()
                    .Where(IsKnown)
                    .Select(one => Box(one!, ("iscrowd", one!["iscrowd"] is { } crowd ? (double)crowd : 0), ("ignore", Flag(one)))),
            ]),
        };
        return new(checkedTruth, [.. found.Where(IsKnown).Select(one => Box(one!, ("score", (double)one!["score"]!)))]);
    }

    // Trainers before the flag did not write it; some write a number, some a truth value.
    private static double Flag(JsonNode annotation) =>
        annotation["ignore"] switch
        {
            null => 0,
            { } flag when flag.GetValueKind() is JsonValueKind.True => 1,
            { } flag when flag.GetValueKind() is JsonValueKind.Number => (double)flag,
            _ => 0,
        };

    private static JsonObject Box(JsonNode box, params ReadOnlySpan<(string Name, double Value)> members)
    {
        var sides = box["bbox"]!.AsArray().Select(side => (double)side!).ToList();
        // 1e999 is read as infinity, which no JSON can hold.
        if (sides.Count != 4 || !sides.TrueForAll(double.IsFinite))
            throw new FormatException("A box must have four finite numbers.");
        var written = new JsonObject
        {
            ["image_id"] = (long)box["image_id"]!,
            ["category_id"] = (long)box["category_id"]!,
            ["bbox"] = new JsonArray([.. sides.Select(side => JsonValue.Create(side))]),
        };
        foreach (var (name, value) in members)
            written[name] = double.IsFinite(value) ? value : throw new FormatException($"{name} must be finite.");
        return written;
    }
}
