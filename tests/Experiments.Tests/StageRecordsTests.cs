using Experiments.Records;
using Fixtures;

namespace Experiments.Tests;

public sealed class StageRecordsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_ReturnsTheRecordWrittenLast()
    {
        var records = new StageRecords(folder.Root, "demo-1");
        Assert.False(records.Has<Measured>());
        records.Write(new Measured("a", 1));
        records.Write(new Measured("b", 2));

        Assert.True(records.Has<Measured>());
        Assert.Equal(new Measured("b", 2), records.Read<Measured>());
    }

    [Fact]
    public void Write_LeavesOneReadableFile_NamedByTheRecord()
    {
        new StageRecords(folder.Root, "demo-1").Write(new Measured("détection <a>", 1));

        var file = Assert.Single(Directory.EnumerateFiles(folder.Root, "*", SearchOption.AllDirectories));
        Assert.Equal(Path.Combine(folder.Root, "demo-1", "measured-length.json"), file);
        Assert.Equal("{\n  \"name\": \"détection <a>\",\n  \"length\": 1\n}\n", File.ReadAllText(file));
    }

    [Fact]
    public void Read_NamesTheTargetToRun_WhenTheStageHasNotRun()
    {
        var records = new StageRecords(folder.Root, "demo-1");

        var error = Assert.Throws<RecordException>(() => records.Read<Measured>());

        Assert.Equal(
            $"{records.FileOf<Measured>()} is missing; it must exist. An earlier stage writes it; run that stage first, with the "
                + "same --exp-config and --set: dotnet cake --target=Measure",
            error.Message
        );
    }

    [Fact]
    public void Read_NamesTheFile_WhenItIsBroken()
    {
        var records = new StageRecords(folder.Root, "demo-1");
        folder.Write("demo-1/measured-length.json", "{");

        var error = Assert.Throws<RecordException>(() => records.Read<Measured>());

        Assert.StartsWith($"{records.FileOf<Measured>()} is not a whole Measured record", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("dotnet cake --target=Measure", error.Message, StringComparison.Ordinal);
    }

    private sealed record Measured(string Name, int Length) : IStageRecord
    {
        public static string Stage => "measured-length";

        public static string Target => "Measure";
    }
}
