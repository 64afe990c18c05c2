using System.Text.Json;
using Experiments.Json;
using Experiments.Model;
using Fixtures;

namespace Datasets.Tests;

/// <summary>The shared table of datasets, which the trainer's tests read too.</summary>
internal static class DatasetTable
{
    public static IReadOnlyDictionary<string, DatasetCase> Cases { get; } = Parse(Repository.Read("tests/datasets/cases.json"));

    /// <summary>Reads a table of the same form.</summary>
    public static IReadOnlyDictionary<string, DatasetCase> Parse(string json) =>
        JsonSerializer.Deserialize<Table>(json, RecordJson.Options)!.Cases.ToDictionary(item => item.Name, StringComparer.Ordinal);

    private sealed record Table(IReadOnlyList<DatasetCase> Cases);
}

/// <summary>One dataset of the table, and what comes out of it.</summary>
internal sealed record DatasetCase(
    string Name,
    string ImageType,
    Dictionary<string, string> Files,
    Dictionary<string, byte[]> Images,
    string TrainCsv,
    string TestCsv,
    IReadOnlyList<string> Faults,
    string? Hash,
    DroppedCase Drop
)
{
    /// <summary>The hash of the training split.</summary>
    public string? TrainHash { get; init; }

    /// <summary>The file of the validation split.</summary>
    public string ValidationCsv { get; init; } = "none";

    /// <summary>The hash of the validation split.</summary>
    public string? ValidationHash { get; init; }

    /// <summary>The encodings of files that are not UTF-8: utf-16 or utf-32, each with -le or -be.</summary>
    public Dictionary<string, string> Encoding { get; init; } = [];

    /// <summary>The keys of DATA that are not at their defaults.</summary>
    public CaseSettings Settings { get; init; } = new();

    /// <summary>The bytes of CSV files, in place of their texts.</summary>
    public Dictionary<string, byte[]> Bytes { get; init; } = [];

    /// <summary>Whether the answers need decoded images: their headers do not tell.</summary>
    public bool Decode { get; init; }

    /// <summary>What is said although there is no fault.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Returns the settings of the case, with another rule for faulty rows where one is given.</summary>
    public DataSettings Data(BadRows? onBadRows = null) =>
        new()
        {
            OnBadRows = onBadRows ?? Settings.OnBadRows,
            ClipPixels = Settings.ClipPixels,
            Exif = Settings.Exif,
            Depth = Settings.Depth,
            ValidationCsv = ValidationCsv,
        };

    /// <summary>Returns the bytes of a file of the case.</summary>
    public byte[] BytesOf(string file) => Bytes.TryGetValue(file, out var bytes) ? bytes : Encoded(file);

    /// <summary>Writes the files of the case in the layout of a datastore.</summary>
    public void Write(TemporaryFolder datastore)
    {
        foreach (var name in Files.Keys.Concat(Bytes.Keys))
            datastore.Write($"{ImageType}/datasets/{name}", BytesOf(name));
        foreach (var (name, bytes) in Images)
            datastore.Write($"{ImageType}/images/{name}", bytes);
    }

    private byte[] Encoded(string file) =>
        Encoding.GetValueOrDefault(file) switch
        {
            "utf-16-le" => System.Text.Encoding.Unicode.GetBytes(Files[file]),
            "utf-16-be" => System.Text.Encoding.BigEndianUnicode.GetBytes(Files[file]),
            "utf-32-le" => System.Text.Encoding.UTF32.GetBytes(Files[file]),
            "utf-32-be" => new System.Text.UTF32Encoding(bigEndian: true, byteOrderMark: false).GetBytes(Files[file]),
            _ => System.Text.Encoding.UTF8.GetBytes(Files[file]),
        };
}

/// <summary>The keys of DATA.</summary>
internal sealed record CaseSettings(BadRows OnBadRows = BadRows.Fail, double ClipPixels = 2, ExifUse Exif = ExifUse.Apply)
{
    /// <summary>DATA.DEPTH.</summary>
    public DepthUse Depth { get; init; }
}

/// <summary>What comes out of a dataset whose faulty rows are dropped.</summary>
internal sealed record DroppedCase(IReadOnlyList<string> Faults, int? TrainRows, int? TestRows, string? Hash)
{
    /// <summary>Rows left of the validation split; null without one.</summary>
    public int? ValidationRows { get; init; }
}
