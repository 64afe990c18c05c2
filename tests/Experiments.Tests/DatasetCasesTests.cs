using System.Text.Json;
using Datasets.Checks;
using Datasets.Sources;
using Experiments.Json;
using Experiments.Model;
using Experiments.Planning;
using Fixtures;

namespace Experiments.Tests;

/// <summary>The shared table of datasets, which the trainer's tests run too.</summary>
public sealed class DatasetCasesTests : IDisposable
{
    private static readonly Dictionary<string, DatasetCase> Cases = JsonSerializer
        .Deserialize<Table>(Repository.Read("tests/datasets/cases.json"), RecordJson.Options)!
        .Cases.ToDictionary(item => item.Name, StringComparer.Ordinal);

    private readonly TemporaryFolder datastore = new();

    public static TheoryData<string> Names => [.. Cases.Keys];

    public void Dispose() => datastore.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ReadAsync_ReportsTheFaultsOfTheTable_WhenBadRowsFail(string name)
    {
        var expected = Cases[name];

        var (faults, summary) = await ReadAsync(expected, BadRows.Fail);

        Assert.Equal(expected.Faults, faults);
        Assert.Equal(expected.Hash, summary?.Hash);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ReadAsync_KeepsTheRowsOfTheTable_WhenBadRowsAreDropped(string name)
    {
        var expected = Cases[name].Drop;

        var (faults, summary) = await ReadAsync(Cases[name], BadRows.Drop);

        Assert.Equal(expected.Faults, faults);
        Assert.Equal((expected.TrainRows, expected.TestRows), (summary?.Train.Rows, summary?.Test.Rows));
        Assert.Equal(expected.Hash, summary?.Hash);
    }

    private async Task<(IEnumerable<string> Faults, DatasetSummary? Summary)> ReadAsync(DatasetCase dataset, BadRows onBadRows)
    {
        foreach (var (name, text) in dataset.Files)
            datastore.Write($"{dataset.ImageType}/datasets/{name}", text);
        foreach (var (name, bytes) in dataset.Images)
            datastore.Write($"{dataset.ImageType}/images/{name}", bytes);
        try
        {
            return (
                [],
                await DatasetReader.ReadAsync(
                    new FolderDataset(datastore.Root, dataset.ImageType),
                    dataset.TrainCsv,
                    dataset.TestCsv,
                    onBadRows,
                    withHash: true,
                    TestContext.Current.CancellationToken
                )
            );
        }
        catch (DatasetException error)
        {
            return (error.Faults.Select(fault => fault.ToString()), null);
        }
    }

    private sealed record Table(IReadOnlyList<DatasetCase> Cases);

    private sealed record DatasetCase(
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

    private sealed record DroppedCase(IReadOnlyList<string> Faults, int? TrainRows, int? TestRows, string? Hash);
}
