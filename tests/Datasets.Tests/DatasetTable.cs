using System.Text.Json;
using Experiments.Json;
using Fixtures;

namespace Datasets.Tests;

/// <summary>The shared table of datasets, which the trainer's tests read too.</summary>
internal static class DatasetTable
{
    public static IReadOnlyDictionary<string, DatasetCase> Cases { get; } =
        JsonSerializer
            .Deserialize<Table>(Repository.Read("tests/datasets/cases.json"), RecordJson.Options)!
            .Cases.ToDictionary(item => item.Name, StringComparer.Ordinal);

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
);

/// <summary>What comes out of a dataset whose faulty rows are dropped.</summary>
internal sealed record DroppedCase(IReadOnlyList<string> Faults, int? TrainRows, int? TestRows, string? Hash);
