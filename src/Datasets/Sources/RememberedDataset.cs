using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Datasets.Checks;
using Experiments.Model;
using Experiments.Planning;

namespace Datasets.Sources;

/// <summary>
/// Reads a dataset in a folder of this machine, or remembers the result of the last reading when nothing has changed since: the content
/// of the CSV files, and the name, size and time of each image.
/// </summary>
/// <remarks>
/// Only a dataset without faults is remembered, and only when no file was written just before: a file that is written again within the
/// resolution of the clock, with the same size, would not be noticed.
/// </remarks>
/// <param name="source">The dataset.</param>
/// <param name="memoryFile">The file that remembers; it may be missing or deleted.</param>
/// <param name="time">The clock.</param>
public sealed class RememberedDataset(FolderDataset source, string memoryFile, TimeProvider time)
{
    // Some file systems know only even seconds.
    private static readonly TimeSpan ClockResolution = TimeSpan.FromSeconds(2);

    /// <summary>Reads the dataset: see <see cref="DatasetReader.ReadAsync"/>.</summary>
    /// <exception cref="DatasetException">The dataset cannot be used; carries every fault.</exception>
    public async Task<DatasetSummary> ReadAsync(
        string trainCsv,
        string testCsv,
        DataSettings settings,
        bool withHash,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow().UtcDateTime;
        string[] rules = [typeof(DatasetReader).Module.ModuleVersionId.ToString(), trainCsv, testCsv, $"{settings}", source.DecoderVersion];
        var state = await source.DescribeStateAsync(cancellationToken);
        var key = state is null ? null : Hash([.. rules, .. state.Lines]);
        if (key is not null && Find(key) is { } known && (known.Hash is not null || known.HashUnknownReason is not null || !withHash))
            return known;
        var summary = await DatasetReader.ReadAsync(source, trainCsv, testCsv, settings, withHash, cancellationToken);
        var isWhole = source.Decoder is null || !source.IsReadByHeaders;
        if (key is not null && isWhole && state!.NewestWrite < now - ClockResolution)
            Write(key, summary);
        return summary;
    }

    private static string Hash(IEnumerable<string> lines) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));

    private DatasetSummary? Find(string key)
    {
        try
        {
            if (!File.Exists(memoryFile))
                return null;
            using var json = JsonDocument.Parse(File.ReadAllBytes(memoryFile));
            var root = json.RootElement;
            if (root.GetProperty("key").GetString() != key)
                return null;
            return new DatasetSummary(
                ReadSplit(root.GetProperty("train")),
                ReadSplit(root.GetProperty("test")),
                root.GetProperty("hash").GetString(),
                [
                    .. root.GetProperty("dropped")
                        .EnumerateArray()
                        .Select(row => new DroppedRow(row[0].GetString()!, row[1].GetInt32(), row[2].GetString()!)),
                ]
            )
            {
                TrainHash = root.GetProperty("trainHash").GetString(),
                Validation = root.TryGetProperty("validation", out var validation) ? ReadSplit(validation) : null,
                ValidationHash = root.GetProperty("validationHash").GetString(),
                HashUnknownReason = root.GetProperty("hashUnknownReason").GetString(),
                BoxesChecked = root.GetProperty("boxesChecked").GetBoolean(),
                Notes = [.. root.GetProperty("notes").EnumerateArray().Select(note => note.GetString()!)],
            };
        }
        catch (Exception error)
            when (error is JsonException or KeyNotFoundException or InvalidOperationException or IOException or FormatException)
        {
            return null; // of an older version, or incomplete: the dataset is read again
        }
    }

    private void Write(string key, DatasetSummary summary)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(memoryFile)!);
        var unfinished = $"{memoryFile}.{Guid.NewGuid():N}";
        try
        {
            using (var file = File.Create(unfinished))
            using (var json = new Utf8JsonWriter(file))
            {
                json.WriteStartObject();
                json.WriteString("key", key);
                WriteSplit(json, "train", summary.Train);
                WriteSplit(json, "test", summary.Test);
                if (summary.Validation is not null)
                    WriteSplit(json, "validation", summary.Validation);
                json.WriteString("hash", summary.Hash);
                json.WriteString("trainHash", summary.TrainHash);
                json.WriteString("validationHash", summary.ValidationHash);
                json.WriteString("hashUnknownReason", summary.HashUnknownReason);
                json.WriteBoolean("boxesChecked", summary.BoxesChecked);
                json.WriteStartArray("notes");
                foreach (var note in summary.Notes)
                    json.WriteStringValue(note);
                json.WriteEndArray();
                json.WriteStartArray("dropped");
                foreach (var row in summary.DroppedRows)
                {
                    json.WriteStartArray();
                    json.WriteStringValue(row.Csv);
                    json.WriteNumberValue(row.Line);
                    json.WriteStringValue(row.Reason);
                    json.WriteEndArray();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            File.Move(unfinished, memoryFile, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static DatasetSplitSummary ReadSplit(JsonElement split)
    {
        var boxes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var item in split.GetProperty("boxes").EnumerateArray())
            boxes[item[0].GetString()!] = item[1].GetInt32();
        return new(
            split.GetProperty("csv").GetString()!,
            split.GetProperty("rows").GetInt32(),
            split.GetProperty("images").GetInt32(),
            split.GetProperty("emptyImages").GetInt32(),
            boxes
        );
    }

    private static void WriteSplit(Utf8JsonWriter json, string name, DatasetSplitSummary split)
    {
        json.WriteStartObject(name);
        json.WriteString("csv", split.Csv);
        json.WriteNumber("rows", split.Rows);
        json.WriteNumber("images", split.Images);
        json.WriteNumber("emptyImages", split.EmptyImages);
        json.WriteStartArray("boxes");
        foreach (var (label, count) in split.Boxes)
        {
            json.WriteStartArray();
            json.WriteStringValue(label);
            json.WriteNumberValue(count);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
