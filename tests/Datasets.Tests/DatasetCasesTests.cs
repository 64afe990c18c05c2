using Datasets.Sources;
using Experiments.Model;
using Experiments.Planning;
using Fixtures;

namespace Datasets.Tests;

/// <summary>The shared table of datasets, which the trainer's tests run too.</summary>
public sealed class DatasetCasesTests : IDisposable
{
    private readonly TemporaryFolder datastore = new();

    public static TheoryData<string> Names => [.. DatasetTable.Cases.Keys];

    public void Dispose() => datastore.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ReadAsync_ReportsTheFaultsOfTheTable_WhenBadRowsFail(string name)
    {
        var expected = DatasetTable.Cases[name];

        var (faults, summary) = await ReadAsync(expected, expected.Data());

        Assert.Equal(expected.Faults, faults);
        Assert.Equal(
            (expected.Hash, expected.TrainHash, expected.ValidationHash),
            (summary?.Hash, summary?.TrainHash, summary?.ValidationHash)
        );
        Assert.Equal(expected.Notes, summary?.Notes ?? []);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ReadAsync_KeepsTheRowsOfTheTable_WhenBadRowsAreDropped(string name)
    {
        var expected = DatasetTable.Cases[name].Drop;

        var (faults, summary) = await ReadAsync(DatasetTable.Cases[name], DatasetTable.Cases[name].Data(BadRows.Drop));

        Assert.Equal(expected.Faults, faults);
        Assert.Equal(
            (expected.TrainRows, expected.TestRows, expected.ValidationRows),
            (summary?.Train.Rows, summary?.Test.Rows, summary?.Validation?.Rows)
        );
        Assert.Equal(expected.Hash, summary?.Hash);
    }

    private async Task<(IReadOnlyList<string> Faults, DatasetSummary? Summary)> ReadAsync(DatasetCase dataset, DataSettings settings)
    {
        dataset.Write(datastore);
        var source = new FolderDataset(datastore.Root, dataset.ImageType) { Decoder = dataset.Decode ? Trainer.Decoder() : null };
        return await Answers.ReadAsync(source, dataset.TrainCsv, dataset.TestCsv, settings);
    }
}
