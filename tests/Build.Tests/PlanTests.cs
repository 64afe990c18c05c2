using Build.Tests.Doubles;
using Fixtures;

namespace Build.Tests;

public sealed class PlanTests : IDisposable
{
    private readonly HostConsole host = new();

    public PlanTests()
    {
        host.WriteDataset();
        host.Processes.On($"{host.Root}/.venv/bin/python -m detection create-demo-data", "2 images");
    }

    public void Dispose() => host.Dispose();

    [Fact]
    public void Plan_ListsEveryCall_WhenTheWorkspaceIsEmpty()
    {
        ExpectedText.Check("plan-empty-workspace", host.Run("--target=Plan"));
        Assert.All(host.Service.Sent, request => Assert.Equal("GET", request.Method));
    }

    [Fact]
    public void Plan_NamesTheTargetThatComesFirst_WhenNoPlanExists() =>
        ExpectedText.Check("plan-without-experiment", host.Run("--target=Plan", "--exclusive"));

    [Fact]
    public void Train_Stops_WhenTheExperimentOfTheGivenPlanChanged()
    {
        MakePlan();
        var demo = Path.Combine(host.Root, "exp_configs/demo.json");
        File.WriteAllText(demo, File.ReadAllText(demo).Replace("\"BATCH_SIZE\": 8", "\"BATCH_SIZE\": 4", StringComparison.Ordinal));

        ExpectedText.Check("train-changed-experiment", host.Run("--target=Train", "--plan=given.json"));
    }

    [Fact]
    public void Train_Stops_WhenTheWorkspaceChangedSinceThePlan()
    {
        MakePlan();
        var given = Path.Combine(host.Root, "given.json");
        File.WriteAllText(
            given,
            File.ReadAllText(given).Replace("\"action\": \"create\"", "\"action\": \"no-op\"", StringComparison.Ordinal)
        );

        ExpectedText.Check("train-changed-workspace", host.Run("--target=Train", "--plan=given.json"));
        Assert.All(host.Service.Sent, request => Assert.Equal("GET", request.Method));
    }

    [Fact]
    public void Train_Stops_WhenTheTargetPlanDidNotWriteThePlan()
    {
        host.Run("--target=Plan-Experiment");

        Assert.EndsWith(
            "Error: --plan is <root>/artifacts/plan.json, which says nothing of the workspace; "
                + "it must be written by the target Plan. Run: dotnet cake --target=Plan\n",
            host.Run("--target=Train", "--plan=artifacts/plan.json"),
            StringComparison.Ordinal
        );
    }

    private void MakePlan()
    {
        host.Run("--target=Plan");
        var artifacts = Path.Combine(host.Root, "artifacts");
        // The file of that name in the folder itself only names the last plan.
        var plan = Directory.EnumerateDirectories(artifacts).Select(folder => Path.Combine(folder, "plan.json")).Single(File.Exists);
        File.Move(plan, Path.Combine(host.Root, "given.json"));
    }
}
