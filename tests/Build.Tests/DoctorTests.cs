using Build.Tests.Doubles;
using Fixtures;

namespace Build.Tests;

public sealed class DoctorTests : IDisposable
{
    private readonly HostConsole host = new();

    public void Dispose() => host.Dispose();

    [Fact]
    public void Doctor_ReportsNoFault_WhenAllIsWell()
    {
        host.WriteDataset();

        ExpectedText.Check("doctor-ok", host.Run("--target=Doctor"));
    }

    [Fact]
    public void Doctor_ReportsLater_WhenTheDemoIsNotDrawnAndPythonIsIncomplete()
    {
        host.Processes.On($"{host.Root}/.venv/bin/python -I", "3.11.2 numpy");
        host.Write("exp_configs/other.json", File.ReadAllText(Path.Combine(host.Root, "exp_configs/demo.json")));

        ExpectedText.Check("doctor-later", host.Run("--target=Doctor", "--exp-config=exp_configs/other.json"));
    }

    [Fact]
    public void Doctor_ReportsEveryFaultOfTheExperiment() =>
        ExpectedText.Check(
            "doctor-experiment",
            host.Run("--target=Doctor", "--set=RUN_PARAMS.STEPS=0", "--set=RUN_PARAMS.BACH_SIZE=4", "--set=EVAL_CONF=2")
        );

    [Fact]
    public void Doctor_ReportsEveryFaultOfTheDatasetAndPlan()
    {
        host.WriteDataset(row: "30,2,1,90,pothole");

        ExpectedText.Check("doctor-dataset", host.Run("--target=Doctor"));
    }

    [Fact]
    public void Doctor_LeavesOutFaultyRows_WhenTheExperimentDropsThem()
    {
        host.WriteDataset(row: "30,2,1,90,pothole");

        ExpectedText.Check("doctor-dropped-rows", host.Run("--target=Doctor", "--set=DATA.ON_BAD_ROWS=drop"));
    }

    [Fact]
    public void Doctor_ShowsTheFirstFaultsOfEachKind_AndWritesAllToAFile()
    {
        host.WriteDataset();
        var csv = Path.Combine(host.Root, ".local/datastores/demo/pothole/datasets/train_pothole_240102030405.csv");
        File.AppendAllLines(csv, Enumerable.Range(0, 3000).Select(row => $"train_1.png,{row + 10},2,1,40,pothole"));
        File.AppendAllLines(csv, ["train_1.png,x,2,3,4,pothole"]);

        var output = host.Run("--target=Doctor");

        Assert.Contains("(53): image 'train_1.png': box 59,2,1,40 has no area", output, StringComparison.Ordinal);
        Assert.DoesNotContain("(54): image 'train_1.png': box 60,2,1,40 has no area", output, StringComparison.Ordinal);
        Assert.Contains(": xmin is \"x\"; it must be a number of pixels.", output, StringComparison.Ordinal);
        Assert.Matches(@"\n  29\d\d more like: pothole/datasets/train_pothole_….csv\(…\): image '…': box … has no area", output);
        Assert.Matches(@"\n  All \d{4,5} are in artifacts/doctor-dataset-faults.txt\.\n", output);
        Assert.Matches(@"Error: \d{4,5} faults were found\.\n$", output);
        Assert.InRange(output.Length, 0, 40_000);
        Assert.InRange(File.ReadLines(Path.Combine(host.Root, "artifacts/doctor-dataset-faults.txt")).Count(), 3001, 10_000);
    }

    [Fact]
    public void Doctor_SaysThatOnlyHeadersWereChecked_WhenAskedOrWithoutPython()
    {
        host.WriteDataset();

        ExpectedText.Check("doctor-headers", host.Run("--target=Doctor", "--decode=headers"));
        host.Processes.On($"{host.Root}/.venv/bin/python -I", "3.11.2 numpy");
        Assert.Contains(
            "only the headers of the images were checked: no Python 3.9 or newer has numpy and PIL.",
            host.Run("--target=Doctor"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Doctor_ReadsOverridesOfAVariable()
    {
        host.Environment.Variables["OVERRIDES"] = "# a comment\n\nEVAL_CONF=2\n";

        Assert.Contains("EVAL_CONF is 2; it must be", host.Run("--target=Doctor", "--set-variable=OVERRIDES"), StringComparison.Ordinal);
    }
}
