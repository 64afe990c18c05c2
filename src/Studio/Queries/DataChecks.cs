using System.Text.Json.Nodes;
using Studio.Runs;

namespace Studio.Queries;

/// <summary>
/// Finds what Check-Data wrote about the dataset of a job: by its hash, or, as a dataset with faults has none, by IMAGE_TYPE and the names
/// of its CSV files.
/// </summary>
public static class DataChecks
{
    private const string Tag = "dataset_hash";
    private const string Newest = "latest";
    private const int HashLength = 64;

    /// <summary>Gets the hash of a job's dataset; null when the job does not know it.</summary>
    public static string? HashOf(RunFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return facts.Tags.GetValueOrDefault(Tag);
    }

    /// <summary>Returns whether a text can be a hash, which is part of the name of a file.</summary>
    public static bool IsHash(string? text) => text is { Length: HashLength } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>
    /// Returns whether <c>data.json</c> is about a dataset of the names that the job's exp_config has. <c>latest</c> fits every file, and
    /// so does a job or a dataset without a file.
    /// </summary>
    public static bool HasNamesOf(RunFacts facts, JsonNode data)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return Json.Text(facts.Config, "IMAGE_TYPE") is { } type
            && type == Json.Text(data, "imageType")
            && IsSame(facts, data, "TRAIN_CSV", "train_set", "trainCsv")
            && IsSame(facts, data, "TEST_CSV", "test_set", "testCsv");
    }

    private static bool IsSame(RunFacts facts, JsonNode data, string key, string tag, string member)
    {
        var wanted = facts.Tags.GetValueOrDefault(tag) ?? Json.Text(facts.Config, key);
        return wanted is null or Newest || Json.Text(data, member) is not { } path || FileName(path) == FileName(wanted);
    }

    private static string FileName(string path) => path[(path.LastIndexOf('/') + 1)..];
}
