using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Datasets.Sources;
using Experiments.Json;
using Experiments.Model;
using Experiments.Planning;
using Fixtures;

namespace Datasets.Tests;

/// <summary>The commands in the faults of CSV files, run by a shell; the trainer's tests run the same table.</summary>
public sealed partial class ConversionTests : IDisposable
{
    private const string Test = "test_pothole_240102030405.csv";

    private static readonly Table Conversions = JsonSerializer.Deserialize<Table>(
        Repository.Read("tests/datasets/conversions.json"),
        RecordJson.Options
    )!;

    private readonly TemporaryFolder datastore = new();

    public static TheoryData<string> Names => [.. Conversions.Cases.Select(item => item.Name)];

    public void Dispose() => datastore.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Commands_ConvertTheFile_WhenItIsNoCsv(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a shell.");
        var conversion = Conversions.Cases.Single(item => item.Name == name);
        Dataset(Conversions.Plain, "utf-8").Write(datastore);
        var (_, plain) = await ReadAsync();
        Dataset(conversion.Text, conversion.Encoding).Write(datastore);

        for (var count = 0; count < conversion.Commands; count++)
        {
            var (before, _) = await ReadAsync();
            var command = Assert.Single(before.Select(fault => Command().Match(fault)), match => match.Success);
            using var shell = Process.Start(
                new ProcessStartInfo("sh", ["-c", command.Groups["command"].Value]) { WorkingDirectory = datastore.Root }
            )!;
            await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, shell.ExitCode);
        }

        var (faults, summary) = await ReadAsync();
        Assert.Empty(faults);
        Assert.NotNull(plain);
        Assert.Equal((plain.Hash, plain.Train.Rows), (summary?.Hash, summary?.Train.Rows));
    }

    private static DatasetCase Dataset(string text, string encoding)
    {
        var plain = DatasetTable.Cases["plain"];
        return plain with
        {
            Files = new() { [Conversions.File] = text, [Test] = plain.Files[Test] },
            Encoding = new() { [Conversions.File] = encoding },
        };
    }

    private Task<(IReadOnlyList<string> Faults, DatasetSummary? Summary)> ReadAsync() =>
        Answers.ReadAsync(new FolderDataset(datastore.Root, "pothole"), Conversions.File, Test, new DataSettings());

    [GeneratedRegex(
        @"\(\d+\): .*?: (?<command>(sed|iconv) .+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Command();

    private sealed record Table(string Plain, string File, IReadOnlyList<Conversion> Cases);

    private sealed record Conversion(string Name, string Text, int Commands)
    {
        public string Encoding { get; init; } = "utf-8";
    }
}
