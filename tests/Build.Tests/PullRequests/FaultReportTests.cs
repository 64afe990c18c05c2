using System.Text.RegularExpressions;
using Build.Tests.Doubles;
using Fixtures;
using Fixtures.Services;

namespace Build.Tests.PullRequests;

/// <summary>Faults of Doctor and Plan beside the changed lines, and as SARIF.</summary>
public sealed partial class FaultReportTests : IDisposable
{
    private readonly HostConsole host = new();

    public FaultReportTests() => host.Processes.On($"{host.Root}/.venv/bin/python -m detection create-demo-data", "2 images");

    public void Dispose() => host.Dispose();

    // tests/pipelines validates the expected files with SARIF's own JSON Schema.
    private void CheckSarif(string name) =>
        ExpectedText.Check(name, VersionOfDriver().Replace(File.ReadAllText(Path.Combine(host.Root, "artifacts/doctor.sarif")), "1.2.3"));

    [Theory]
    [InlineData("Doctor")]
    [InlineData("Plan-Experiment")]
    public void Targets_AnnotateTheLineOfTheExperiment_OnGitHub(string target)
    {
        host.Environment.Variables["GITHUB_ACTIONS"] = "true";
        WriteFaultyExperiment();

        var text = host.Run($"--target={target}");

        Assert.Contains(
            "::error file=exp_configs/demo.json,line=10,col=14,title=exp-config::RUN_PARAMS.STEPS is 0; it must be",
            text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Doctor_AnnotatesTheLineOfTheExperiment_OnAzureDevOps()
    {
        host.Environment.Variables["TF_BUILD"] = "True";
        WriteFaultyExperiment();

        Assert.Contains(
            "##vso[task.logissue "
                + "type=error;sourcepath=exp_configs/demo.json;linenumber=10;columnnumber=14;code=exp-config]RUN_PARAMS.STEPS",
            host.Run("--target=Doctor"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Doctor_NamesNoFile_ForAnOverride()
    {
        host.Environment.Variables["GITHUB_ACTIONS"] = "true";

        Assert.Contains(
            "::error title=exp-config::--set=RUN_PARAMS.STEPS=0: ",
            host.Run("--target=Doctor", "--set=RUN_PARAMS.STEPS=0"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Doctor_AnnotatesNothing_AtADesk()
    {
        WriteFaultyExperiment();

        Assert.DoesNotContain("::error", host.Run("--target=Doctor"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "::error file=.local/datastores/demo/pothole/datasets/train_pothole_240102030405.csv,line=2,title=dataset::")]
    [InlineData(false, "::error title=dataset::pothole/datasets/train_pothole_240102030405.csv(2)")]
    public void Doctor_NamesACsvFile_WhenGitTracksIt(bool isTracked, string line)
    {
        host.Environment.Variables["GITHUB_ACTIONS"] = "true";
        host.WriteDataset(row: "30,2,1,90,pothole");
        if (isTracked)
            host.Processes.On("git ls-files", "a tracked file");

        Assert.Contains(line, host.Run("--target=Doctor"), StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_WritesSarif_WithTheRegionOfEachFault()
    {
        WriteFaultyExperiment();

        host.Run("--target=Doctor", "--sarif=artifacts/doctor.sarif");

        CheckSarif("doctor.sarif");
    }

    [Fact]
    public void Doctor_WritesEmptyResults_WhenAllIsWell()
    {
        host.WriteDataset();

        host.Run("--target=Doctor", "--sarif=artifacts/doctor.sarif");

        CheckSarif("doctor-ok.sarif");
    }

    [Fact]
    public void Plan_RefusesALongJob_BeforeAnythingIsRead()
    {
        host.WriteDataset();

        var text = host.Run("--target=Plan", "--max-minutes=60");

        Assert.Contains("RUN_PARAMS.TIMEOUT_MINUTES is 1440; it must be at most 60 (--max-minutes).", text, StringComparison.Ordinal);
        Assert.Empty(host.Service.Sent);
    }

    [Theory]
    [InlineData("12.62", "The job may cost 12.62 USD", false)]
    [InlineData("12.63", "Budget       at most 12.62 USD (0.526 per hour, 1440 minutes)", true)]
    public void Plan_ComparesThePriceOfTheNodesUntilTheTimeLimit(string most, string message, bool isAllowed)
    {
        host.WriteDataset();
        host.Service.On(
            "GET",
            "/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.MachineLearningServices/locations/westeurope/vmSizes",
            FakeService.Json(
                200,
                """
                {"value":[{"name":"Standard_NC4as_T4_v3","family":"f","vCPUs":4,"gpus":1,"supportedComputeTypes":["AmlCompute"],
                 "estimatedVMPrices":{"billingCurrency":"USD","unitOfMeasure":"OneHour",
                  "values":[{"retailPrice":0.526,"osType":"Linux","vmTier":"Standard"}]}}]}
                """
            )
        );

        var text = host.Run("--target=Plan", $"--max-price={most}");

        Assert.Contains(message, text, StringComparison.Ordinal);
        Assert.StartsWith(isAllowed ? "exit code 0" : "exit code -1", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The job may cost 14.40 EUR (0.6 per hour, 1440 minutes)", "--node-price=0.6EUR")]
    [InlineData("The job may cost 24.00 USD (1 per hour, 1440 minutes)", "--node-price=0.1", "--node-price=Standard_NC4as_T4_v3=1")]
    [InlineData("Budget       at most 2.40 USD", "--node-price=Standard_NC4as_T4_v3=0.1", "--node-price=5")]
    [InlineData("Budget       at most 2.40 USD", "--node-price=Standard_NC4as_T4_v3/LowPriority=5", "--node-price=0.1")]
    [InlineData("The job may cost 24.00 EUR (1 per hour, 1440 minutes)", "--node-price= 0.1  Standard_NC4as_T4_v3=1EUR ")]
    [InlineData("--node-price is \"cheap\"; it must be an amount above 0", "--node-price=0.1 cheap")]
    [InlineData("--node-price is given without a value", "--node-price= ")]
    public void Plan_ComparesTheDeclaredPrice(string message, params string[] prices)
    {
        host.WriteDataset();

        Assert.Contains(message, host.Run(["--target=Plan", "--max-price=12", .. prices]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("24", "Budget       at most 24.00 USD (1 per hour and trial, 12 trials of 120 minutes)")]
    [InlineData(
        "23",
        "The job may cost 24.00 USD (1 per hour and trial, 12 trials of 120 minutes); it must be at most 23.00 (--max-price). "
            + "Lower its time limit: --set=RUN_PARAMS.TIMEOUT_MINUTES=115."
    )]
    public void Plan_CountsEveryTrialOfASweep(string most, string message)
    {
        host.WriteDataset();

        host.Write("src/training/detection/tracking/metric_names.py", "METRIC_NAMES = (\n    \"eval_mAP\",\n)\n");

        var text = host.Run(
            "--target=Plan",
            "--set=HYPERTUNE=true",
            "--set=HYPERTUNE_PARAMS.MAX_TRIALS=12",
            "--set=HYPERTUNE_PARAMS.MAX_CONCURRENT=3",
            "--set=RUN_PARAMS.TIMEOUT_MINUTES=120",
            "--max-minutes=120",
            "--node-price=1",
            $"--max-price={most}"
        );

        Assert.Contains(message, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_SaysThatThePriceIsUnknown_WhenTheServiceGivesNone()
    {
        host.WriteDataset();

        Assert.Contains(
            "gives no price of Standard_NC4as_T4_v3; --max-price is not checked",
            host.Run("--target=Plan", "--max-price=1"),
            StringComparison.Ordinal
        );
    }

    private void WriteFaultyExperiment()
    {
        var file = Path.Combine(host.Root, "exp_configs/demo.json");
        host.Write("exp_configs/demo.json", File.ReadAllText(file).Replace("\"STEPS\": 240", "\"STEPS\": 0", StringComparison.Ordinal));
    }

    [GeneratedRegex("(?<=\"model-training Doctor\",\\s*\"version\": \")[0-9.]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionOfDriver();
}
