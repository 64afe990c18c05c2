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

        ExpectedText.Check("doctor-dataset", host.Run("--target=Doctor", "--set=HYPERTUNE=true"));
    }

    [Fact]
    public void Doctor_LeavesOutFaultyRows_WhenTheExperimentDropsThem()
    {
        host.WriteDataset(row: "30,2,1,90,pothole");

        ExpectedText.Check("doctor-dropped-rows", host.Run("--target=Doctor", "--set=DATA.ON_BAD_ROWS=drop"));
    }

    [Fact]
    public void Doctor_ReadsOverridesOfAVariable()
    {
        host.Environment.Variables["OVERRIDES"] = "# a comment\n\nEVAL_CONF=2\n";

        Assert.Contains("EVAL_CONF is 2; it must be", host.Run("--target=Doctor", "--set-variable=OVERRIDES"), StringComparison.Ordinal);
    }
}
