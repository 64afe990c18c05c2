using System.Text.Json;
using Experiments.Json;
using Experiments.Plans;
using Experiments.Records;
using Fixtures;

namespace Experiments.Tests;

public sealed class PlanFileTests : IDisposable
{
    private static readonly ExperimentPlan Plan = PlanFile.Read(Path.Combine(AppContext.BaseDirectory, "Expected", "emulator.plan.json"));

    private readonly TemporaryFolder artifacts = new();

    public void Dispose() => artifacts.Dispose();

    [Fact]
    public void Read_ReturnsWhatWasWritten_FromThePlansFileAndFromThePointer()
    {
        PlanFile.Write(artifacts.Root, Plan);

        Assert.Equal(Text(Plan), Text(PlanFile.Read(PlanFile.Of(artifacts.Root, Plan.Name))));
        Assert.Equal(Text(Plan), Text(PlanFile.Read(PlanFile.Last(artifacts.Root))));
    }

    [Fact]
    public void Write_WritesThePlanOnce_AndAPointerToTheLastPlan()
    {
        PlanFile.Write(artifacts.Root, Plan with { Passport = Plan.Passport with { Plan = "first" } });
        PlanFile.Write(artifacts.Root, Plan with { Passport = Plan.Passport with { Plan = "last" } });

        Assert.Equal("{\n  \"plan\": \"last\"\n}\n", File.ReadAllText(PlanFile.Last(artifacts.Root)));
        Assert.Equal(
            ["first/plan.json", "last/plan.json", "plan.json"],
            Directory
                .EnumerateFiles(artifacts.Root, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(artifacts.Root, file).Replace('\\', '/'))
                .Order(StringComparer.Ordinal)
        );
    }

    /// <summary>Generated code writes plans; the options say how every record is written.</summary>
    [Theory]
    [InlineData("emulator.plan.json")]
    [InlineData("azure.plan.json")]
    public void Write_WritesWhatTheOptionsSay_WhenThePlanHasCallsAndAnImage(string file)
    {
        var plan = PlanFile.Read(Path.Combine(AppContext.BaseDirectory, "Expected", file)) with
        {
            Origin = new(new Dictionary<string, IReadOnlyList<string>> { ["set"] = ["DESCRIPTION=löst <a> & 'b'"], ["rerun"] = [] }),
            Calls = [new("Create-Compute", "computes/gpu", CallAction.Update, ["maxNodeCount: 1 → 3"])],
        };

        PlanFile.Write(artifacts.Root, plan);

        Assert.Equal(Text(plan) + "\n", File.ReadAllText(PlanFile.Of(artifacts.Root, plan.Name)));
    }

    [Fact]
    public void Read_NamesTheTargetToRun_WhenThePlanOfThePointerIsMissing()
    {
        PlanFile.Write(artifacts.Root, Plan);
        File.Delete(PlanFile.Of(artifacts.Root, Plan.Name));

        var error = Assert.Throws<RecordException>(() => PlanFile.Read(PlanFile.Last(artifacts.Root)));

        Assert.Equal($"{PlanFile.Of(artifacts.Root, Plan.Name)} is missing; it must exist. Run: dotnet cake --target=Plan", error.Message);
    }

    private static string Text(ExperimentPlan plan) => JsonSerializer.Serialize(plan, RecordJson.Options);
}
