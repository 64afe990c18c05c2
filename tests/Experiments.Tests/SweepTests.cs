using System.Text.Json.Nodes;
using Experiments.Json;
using Experiments.Model;
using Experiments.Planning;
using Experiments.Plans;
using Experiments.Plans.Jobs;
using Experiments.Reading;
using Fixtures;

namespace Experiments.Tests;

public class SweepTests
{
    private static readonly string[] Logged = ["train_loss", "eval_mAP", "eval_AP50_<class>", "validation_<metric>", "binary_f1"];

    private static readonly DatasetSummary Dataset = new(
        new("train_pothole_240102030405.csv", 3, 2, 1, new Dictionary<string, int> { ["pothole"] = 2 }),
        new("test_pothole_240102030405.csv", 1, 1, 0, new Dictionary<string, int> { ["pothole"] = 1 }),
        new('d', 64),
        []
    );

    private static Experiment Parse(params string[] overrides) =>
        ExperimentReader.Parse(
            ExperimentText.Valid,
            "exp_configs/demo.json",
            ["HYPERTUNE=true", "HYPERTUNE_PARAMS.MAX_TRIALS=4", .. overrides]
        );

    private static string FaultOf(params string[] overrides)
    {
        var error = Assert.Throws<ConfigException>(() => Parse(overrides));
        return Assert.Single(error.Faults).ToString();
    }

    private static ExperimentPlan Plan(Experiment experiment, DatasetSummary? dataset) =>
        Planner.Plan(
            experiment,
            EnvironmentConfigReader.Parse(EnvironmentText.Valid, "configuration/local_config.json"),
            "/repository",
            git: null,
            new(new('c', 64), new("Dockerfile", new Dictionary<string, string>(), new('a', 64), "sha-a"), new(JobRuntime.Process, "local"))
            {
                MetricNames = Logged,
            },
            dataset
        );

    [Fact]
    public void Plan_IsASweep_WhenHypertuneIsTrue()
    {
        var plan = Plan(
            Parse(
                "HYPERTUNE_PARAMS.SAMPLING=sobol",
                "HYPERTUNE_PARAMS.EARLY_TERMINATION=bandit",
                "RUN_PARAMS.EVAL_EVERY=50",
                """HYPERTUNE_PARAMS.SEARCH_SPACE={"RUN_PARAMS.OPTIMIZER":["choice",[["sgd","adamw"]]],"RUN_PARAMS.LEARNING_RATE":["loguniform",[-9,-4]]}"""
            ),
            Dataset
        );

        ExpectedText.Check("sweep.job.json", RecordText(plan.Job));
        var other = Plan(Parse("HYPERTUNE_PARAMS.SAMPLING=random"), Dataset);
        Assert.NotEqual(plan.Name, other.Name);
    }

    private static string RecordText(JobPlan job)
    {
        var node = JsonNode.Parse(RecordJson.Write(job, Records.PlanJson.Default, RecordJson.Options))!.AsObject();
        node.Remove("config");
        return node.ToJsonString(RecordJson.Options) + "\n";
    }

    [Theory]
    [InlineData("faster_rcnn_tiny", "LOCALIZATION_LOSS_WEIGHT, MAX_PROPOSALS, NMS_IOU_THRESHOLD, LEARNING_RATE")]
    [InlineData("fasterrcnn_resnet50_fpn", "LOCALIZATION_LOSS_WEIGHT, MAX_PROPOSALS, NMS_IOU_THRESHOLD, LEARNING_RATE")]
    [InlineData("retinanet_resnet50_fpn", "LEARNING_RATE")]
    public void Parse_LeavesOutOfTheDefaultSpace_WhatDoesNotApply(string model, string keys)
    {
        var text = JsonNode.Parse(ExperimentText.Valid)!;
        text["MODEL_PARAMS"] = new JsonObject { ["BASE_MODEL"] = model };

        var experiment = ExperimentReader.Parse(text.ToJsonString(), "demo.json");

        var found = experiment.HypertuneParams.SearchSpace.EnumerateObject().Select(key => key.Name[(key.Name.LastIndexOf('.') + 1)..]);
        Assert.Equal(keys, string.Join(", ", found));
    }

    [Fact]
    public void Parse_IsRefused_WhenThereIsOneTrial()
    {
        Assert.Equal(
            "--set=HYPERTUNE_PARAMS.MAX_TRIALS=1: HYPERTUNE_PARAMS.MAX_TRIALS is 1; it must be at least 2: one trial is no comparison. "
                + "Edit it, or run with --set=HYPERTUNE_PARAMS.MAX_TRIALS=4.",
            FaultOf("HYPERTUNE_PARAMS.MAX_TRIALS=1")
        );
        var error = Assert.Throws<ConfigException>(() =>
            ExperimentReader.Parse(ExperimentText.Valid, "demo.json", ["HYPERTUNE=true", "NODES=1"])
        );
        Assert.Contains("HYPERTUNE_PARAMS.MAX_TRIALS is 1, which is NODES", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_IsRefused_WhenAGridHasOnePoint()
    {
        var fault = FaultOf(
            "HYPERTUNE_PARAMS.SAMPLING=grid",
            """HYPERTUNE_PARAMS.SEARCH_SPACE={"RUN_PARAMS.BATCH_SIZE":["choice",[[2]]]}"""
        );

        Assert.Contains("SEARCH_SPACE is a grid of 1 point; it must be one of at least 2 points", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("400")]
    public void Parse_IsRefused_WhenAPolicyHasNoEvaluations(string every)
    {
        var fault = FaultOf("HYPERTUNE_PARAMS.EARLY_TERMINATION=median", $"RUN_PARAMS.EVAL_EVERY={every}");

        Assert.EndsWith(
            $"RUN_PARAMS.EVAL_EVERY is {every}; it must be from 1 to below RUN_PARAMS.STEPS, which is 400, because "
                + "HYPERTUNE_PARAMS.EARLY_TERMINATION is \"median\": the policy decides by evaluations before the end. "
                + "Edit it, or run with --set=RUN_PARAMS.EVAL_EVERY=80.",
            fault,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(
        "RUN_PARAMS.LEARNING_RATE",
        """["uniform",[0.1,2]]""",
        "a uniform from 0.1 to 2; it must be a distribution whose values are each a number above 0 and at most 1"
    )]
    [InlineData(
        "RUN_PARAMS.LEARNING_RATE",
        """["uniform",[0,1]]""",
        "a uniform from 0 to 1; it must be a distribution whose values are each"
    )]
    [InlineData("RUN_PARAMS.LEARNING_RATE", """["loguniform",[-9,1]]""", "a loguniform from 0.00012341 to 2.71828; it must be")]
    [InlineData("RUN_PARAMS.LEARNING_RATE", """["normal",[0.1,0.1]]""", "a normal without an upper limit; it must be")]
    [InlineData("RUN_PARAMS.LEARNING_RATE", """["uniform",[0.1]]""", "[\"uniform\", …]; it must be [\"choice\", [[values]]]")]
    [InlineData(
        "RUN_PARAMS.LEARNING_RATE",
        """["choice",[[0.1,3]]]""",
        "a choice of 3; it must be one of values that are each a number above 0"
    )]
    [InlineData(
        "RUN_PARAMS.BATCH_SIZE",
        """["uniform",[1,4]]""",
        "it must be a choice, a randint, or a quniform or qloguniform with a whole step"
    )]
    [InlineData(
        "RUN_PARAMS.BATCH_SIZE",
        """["quniform",[0,4,1]]""",
        "a quniform from 0 to 4; it must be a distribution whose values are each a whole number from 1"
    )]
    [InlineData("RUN_PARAMS.OPTIMIZER", """["uniform",[1,4]]""", "it must be a choice, because the key takes one of \"sgd\", \"adamw\"")]
    [InlineData(
        "RUN_PARAMS.OPTIMIZER",
        """["choice",[["adam"]]]""",
        "a choice of \"adam\"; it must be one of values that are each one of \"sgd\", \"adamw\""
    )]
    [InlineData(
        "MODEL_PARAMS.WEIGHTS",
        """["choice",[["auto","$(reboot)"]]]""",
        "it must be of letters, digits, '.', '_', '-', '+', '@' and '/' only"
    )]
    public void Parse_IsRefused_WhenValuesAreOutOfTheKeysRange(string key, string distribution, string fault) =>
        Assert.Contains(fault, FaultOf($$"""HYPERTUNE_PARAMS.SEARCH_SPACE={"{{key}}":{{distribution}}}"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("RUN_PARAMS.BATCH_SIZE", """["quniform",[1,4,1]]""")]
    [InlineData("RUN_PARAMS.SEED", """["randint",[100]]""")]
    [InlineData("MODEL_PARAMS.IMAGE_SIZE", """["qloguniform",[4.2,6,64]]""")]
    [InlineData("RUN_PARAMS.LEARNING_RATE", """["quniform",[0.01,0.1,0.01]]""")]
    public void Parse_TakesADistribution_ThatFitsTheKey(string key, string distribution) =>
        Parse($$"""HYPERTUNE_PARAMS.SEARCH_SPACE={"{{key}}":{{distribution}}}""");

    [Theory]
    [InlineData("grid", "it must be a choice, because HYPERTUNE_PARAMS.SAMPLING is \"grid\"")]
    [InlineData("bayesian", "it must be a choice, a uniform or a quniform, because HYPERTUNE_PARAMS.SAMPLING is \"bayesian\"")]
    public void Parse_IsRefused_WhenTheSamplingTakesNoSuchDistribution(string sampling, string fault) =>
        Assert.Contains(
            fault,
            FaultOf(
                $"HYPERTUNE_PARAMS.SAMPLING={sampling}",
                """HYPERTUNE_PARAMS.SEARCH_SPACE={"RUN_PARAMS.LEARNING_RATE":["loguniform",[-9,-4]]}"""
            ),
            StringComparison.Ordinal
        );

    [Fact]
    public void Parse_IsRefused_WhenAKeyDoesNotApplyToTheBaseModel()
    {
        var text = JsonNode.Parse(ExperimentText.Valid)!;
        text["MODEL_PARAMS"] = new JsonObject { ["BASE_MODEL"] = "retinanet_resnet50_fpn" };

        var error = Assert.Throws<ConfigException>(() =>
            ExperimentReader.Parse(
                text.ToJsonString(),
                "demo.json",
                ["HYPERTUNE=true", """HYPERTUNE_PARAMS.SEARCH_SPACE={"MODEL_PARAMS.FIRST_STAGE.MAX_PROPOSALS":["choice",[[100,200]]]}"""]
            )
        );

        Assert.Contains(
            "MAX_PROPOSALS is a parameter; it must be left out, because MODEL_PARAMS.BASE_MODEL is \"retinanet_resnet50_fpn\"",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("eval_mAP", null)]
    [InlineData("eval_AP50_pothole", null)]
    [InlineData("eval_map", "Did you mean eval_mAP?")]
    [InlineData("eval_AP50_pothol", "Did you mean eval_AP50_pothole?")]
    [InlineData("accuracy", "They are train_loss, eval_mAP, eval_AP50_pothole, binary_f1.")]
    [InlineData("validation_eval_mAP", "Hold images out by --set=DATA.VALIDATION=0.2.")]
    public void Plan_IsRefused_WhenTheTrainerLogsNoSuchMetric(string metric, string? hint)
    {
        var experiment = Parse($"HYPERTUNE_PARAMS.METRIC={metric}");
        if (hint is null)
        {
            Assert.Equal(metric, Plan(experiment, Dataset).Job.Sweep!.Metric);
            return;
        }

        var error = Assert.Throws<ConfigException>(() => Plan(experiment, Dataset));
        var fault = Assert.Single(error.Faults).ToString();
        Assert.StartsWith($"exp_config: HYPERTUNE_PARAMS.METRIC is \"{metric}\"; it must be ", fault, StringComparison.Ordinal);
        Assert.Contains(hint, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_TakesAMetricOfAnyClass_WhenOnlyTheJobKnowsTheClasses() =>
        Assert.NotNull(Plan(Parse("HYPERTUNE_PARAMS.METRIC=eval_AP50_crack"), dataset: null).Job.Sweep);
}
