using Experiments.Plans;
using Experiments.Records;
using Fixtures;

namespace Experiments.Tests;

public sealed class StageRecordsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_GivesWhatWasWrittenLast()
    {
        var records = new StageRecords(folder.Root, "demo-1");
        records.Write("environment", new EnvironmentPlan("detection", "1", "a"));
        records.Write("environment", new EnvironmentPlan("detection", "2", "b"));

        Assert.Equal(new EnvironmentPlan("detection", "2", "b"), records.Read<EnvironmentPlan>("environment", "Train"));
    }

    [Fact]
    public void Write_LeavesOneReadableFile()
    {
        new StageRecords(folder.Root, "demo-1").Write("pushed-image", new EnvironmentPlan("détection", "1", "<a>"));

        var file = Assert.Single(Directory.EnumerateFiles(folder.Root, "*", SearchOption.AllDirectories));
        Assert.Equal(Path.Combine(folder.Root, "demo-1", "pushed-image.json"), file);
        Assert.Equal("{\n  \"name\": \"détection\",\n  \"version\": \"1\",\n  \"image\": \"<a>\"\n}\n", File.ReadAllText(file));
    }

    [Fact]
    public void Read_NamesTheTargetToRun_WhenTheStageHasNotRun()
    {
        var records = new StageRecords(folder.Root, "demo-1");

        var error = Assert.Throws<RecordException>(() => records.Read<ComputePlan>("compute-target", "Create-Compute"));

        Assert.Equal(
            $"{records.FileOf("compute-target")} is absent; it must be there. The stage before this one writes it; run it first, with the same --exp-config and --set: dotnet cake --target=Create-Compute",
            error.Message
        );
    }

    [Fact]
    public void Read_NamesTheFile_WhenItIsBroken()
    {
        var records = new StageRecords(folder.Root, "demo-1");
        folder.Write("demo-1/compute-target.json", "{");

        var error = Assert.Throws<RecordException>(() => records.Read<ComputePlan>("compute-target", "Create-Compute"));

        Assert.StartsWith($"{records.FileOf("compute-target")} is not a whole ComputePlan record", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("dotnet cake --target=Create-Compute", error.Message, StringComparison.Ordinal);
    }
}
