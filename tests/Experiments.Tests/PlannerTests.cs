using System.Text.Json;
using System.Text.Json.Nodes;
using Experiments.Json;
using Experiments.Model;
using Experiments.Planning;
using Experiments.Plans;
using Experiments.Plans.Images;
using Experiments.Plans.Jobs;
using Experiments.Plans.Passports;
using Experiments.Reading;
using Fixtures;

namespace Experiments.Tests;

public class PlannerTests
{
    private static readonly string CodeHash = new('c', 64);

    private static readonly ImageBuildPlan Image = new(
        "docker/cpu/Dockerfile",
        new SortedDictionary<string, string>(StringComparer.Ordinal) { ["BASE_IMAGE"] = "debian-base:bookworm" },
        new('a', 64),
        "sha-aaaaaaaaaaaaaaaaaaaa"
    );

    private static readonly GitState Git = new(
        new('1', 40),
        "main",
        "https://me:hunter2@example.org/team/model-training.git",
        IsDirty: false
    );

    private static readonly DatasetSummary Dataset = new(
        new("train_pothole_240102030405.csv", 3, 2, 1, new Dictionary<string, int> { ["pothole"] = 2 }),
        new("test_pothole_240102030405.csv", 1, 1, 0, new Dictionary<string, int> { ["pothole"] = 1 }),
        new('d', 64),
        []
    );

    [Fact]
    public void Plan_IsTheOneInTheFile_ForTheEmulator()
    {
        var plan = Plan(ExperimentText.Valid, EnvironmentText.Valid, Dataset);

        ExpectedText.Check("emulator.plan.json", Text(plan));
        ExpectedText.Check("emulator.job.json", JobText(plan));
    }

    [Fact]
    public void Plan_IsTheOneInTheFile_ForAzure()
    {
        var configuration = ConfigurationReader.Read(Repository.Root, "exp_configs/pothole.json", new DateOnly(2026, 11, 1));

        var plan = Planner.Plan(configuration.Experiment, configuration.Environment, "/repository", git: null, OnAzure, dataset: null);

        ExpectedText.Check("azure.plan.json", Text(plan));
        ExpectedText.Check("azure.job.json", JobText(plan));
    }

    [Fact]
    public void Plan_NamesTheLimit_WhenAVariableOfTheJobIsTooLong()
    {
        var choices = string.Join(',', Enumerable.Repeat($"\"{new string('x', 1000)}\"", 140));
        var text = ExperimentText.With(
            "\"HYPERTUNE\": false",
            $"\"HYPERTUNE\": false, \"HYPERTUNE_PARAMS\": {{\"SEARCH_SPACE\": {{\"RUN_PARAMS.LEARNING_RATE\": [\"choice\", [{choices}]]}}}}"
        );

        var error = Assert.Throws<ConfigException>(() => Plan(text, EnvironmentText.Valid, Dataset));

        Assert.Matches(
            "the job's variable EXP_CONFIG is 14[0-9]{4} bytes long; it must be at most 131072, the limit of Linux for one "
                + "environment variable",
            Assert.Single(error.Faults).ToString()
        );
    }

    [Theory]
    [InlineData("", "localhost:5000/model-training:sha-aaaaaaaaaaaaaaaaaaaa")]
    [InlineData("localhost:5000/model-training", "localhost:5000/model-training:sha-aaaaaaaaaaaaaaaaaaaa")]
    [InlineData("localhost:5000/model-training:latest", "localhost:5000/model-training:sha-aaaaaaaaaaaaaaaaaaaa")]
    [InlineData("localhost:5000/other:latest", "localhost:5000/other:latest")]
    [InlineData("localhost/model-training:1", "localhost/model-training:1")]
    [InlineData(
        "localhost:5000/model-training@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "localhost:5000/model-training@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    )]
    public void Plan_TakesThisCommitsImage_OnlyWhenItsRepositoryIsNamed(string image, string expected)
    {
        var experiment = Parse(ExperimentText.Valid) with { DockerImage = image.Length == 0 ? null : image };

        Assert.Equal(expected, Planner.Plan(experiment, Environment, "/repository", Git, OnAzure, Dataset).Environment.Image);
    }

    [Fact]
    public void Plan_NamesTheCodeAndNoImage_WhenTheJobRunsAsAProcess()
    {
        var plan = Plan(ExperimentText.Valid, EnvironmentText.Valid, Dataset);

        Assert.Equal((null, CodeHash), (plan.Passport.Image, plan.Passport.CodeHash));
        Assert.Equal(("process", "1", "process:no-image"), (plan.Environment.Name, plan.Environment.Version, plan.Environment.Image));
        Assert.DoesNotContain("DOCKER_IMAGE", JobMetadata.Variables(plan)["EXP_CONFIG"], StringComparison.Ordinal);
        Assert.DoesNotContain("image", JobMetadata.Tags(plan).Keys);
        Assert.Equal(CodeHash, JobMetadata.Tags(plan)["code"]);
        Assert.Throws<InvalidOperationException>(() => plan.Pinned("sha256:00"));
    }

    [Fact]
    public void Pinned_NamesTheDigestWhereverTheImageIsNamed()
    {
        var plan = Planner.Plan(Parse(ExperimentText.Valid), Environment, "/repository", Git, OnAzure, Dataset);
        var digest = $"sha256:{new string('b', 64)}";
        var image = $"localhost:5000/model-training@{digest}";

        var pinned = plan.Pinned(digest);

        var variables = JobMetadata.Variables(pinned);
        Assert.Equal(
            [image, image, image, image],
            new List<string?>
            {
                pinned.Environment.Image,
                JobMetadata.Tags(pinned)["image"],
                (string?)JsonNode.Parse(variables["EXP_CONFIG"])!["DOCKER_IMAGE"],
                (string?)JsonNode.Parse(variables["RUN_PASSPORT"])!["image"]!["reference"],
            }
        );
        Assert.Equal(digest, (string?)JsonNode.Parse(variables["RUN_PASSPORT"])!["image"]!["digest"]);
        Assert.DoesNotContain(plan.Image!.Tag!, Text(pinned with { ImageBuild = null }), StringComparison.Ordinal);
        Assert.Equal(plan.Name, pinned.Name);
    }

    [Theory]
    [InlineData(null, "only the job reads the dataset")]
    [InlineData("the store lists no MD5", "the store lists no MD5")]
    public void Plan_SaysWhyTheDatasetHashIsUnknown(string? reason, string expected)
    {
        var dataset = reason is null ? null : Dataset with { Hash = null, HashUnknownReason = reason };

        var plan = Plan(ExperimentText.Valid, EnvironmentText.Valid, dataset);

        Assert.Equal((null, expected), (plan.Passport.DatasetHash, plan.HashUnknownReason));
        Assert.DoesNotContain("dataset_hash", JobMetadata.Tags(plan).Keys);
    }

    [Fact]
    public void Plan_HasTheValidationSplit_WhoseContentDecidesTheResult()
    {
        var split = new DatasetSplitSummary("check.csv", 1, 1, 0, new Dictionary<string, int> { ["pothole"] = 1 });

        var plans = new[] { 'a', 'b' }
            .Select(digit =>
                Plan(ExperimentText.Valid, EnvironmentText.Valid, Dataset with { Validation = split, ValidationHash = new(digit, 64) })
            )
            .ToList();

        Assert.Equal(("check.csv", new string('a', 64)), (plans[0].Passport.ValidationCsv, plans[0].Passport.ValidationHash));
        Assert.NotEqual(plans[0].Name, plans[1].Name);
        Assert.Contains(
            $"\"validationHash\":\"{new string('a', 64)}\"",
            JobMetadata.Variables(plans[0])["RUN_PASSPORT"],
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            "validation",
            Text(Plan(ExperimentText.Valid, EnvironmentText.Valid, Dataset)).Replace("VALIDATION", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Plan_PinsAnImageOfAnotherRegistry_ToTheDigestItHasNow()
    {
        var experiment = Parse(ExperimentText.Valid) with { DockerImage = "other.example/detection:1.2" };
        var digest = $"sha256:{new string('b', 64)}";

        var plan = Planner.Plan(experiment, Environment, "/repository", Git, OnAzure with { Digest = digest }, Dataset);

        Assert.Equal((new ImageReference("other.example/detection", "1.2", digest), null), (plan.Image, plan.ImageBuild));
        Assert.Equal($"other.example/detection:1.2@{digest}", plan.Environment.Image);
        Assert.NotEqual(
            plan.Name,
            Planner
                .Plan(experiment, Environment, "/repository", Git, OnAzure with { Digest = $"sha256:{new string('c', 64)}" }, Dataset)
                .Name
        );
    }

    [Fact]
    public void Plan_KeepsItsNameWhenOnlyTheTrainerChanges_WhereAnImageDecides()
    {
        var experiment = Parse(ExperimentText.Valid);

        Assert.Equal(
            Planner.Plan(experiment, Environment, "/repository", Git, OnAzure, Dataset).Name,
            Planner.Plan(experiment, Environment, "/repository", Git, OnAzure with { TrainerCodeHash = new('e', 64) }, Dataset).Name
        );
    }

    [Theory]
    [InlineData("localhost:5000/model-training:1", "localhost:5000", "model-training")]
    [InlineData("localhost/model-training", "localhost", "model-training")]
    [InlineData("team.azurecr.io/a/b@sha256:0123", "team.azurecr.io", "a/b")]
    [InlineData("team/detection:1", "registry-1.docker.io", "team/detection")]
    [InlineData("debian", "registry-1.docker.io", "library/debian")]
    public void ImageReference_NamesItsRegistry(string reference, string registry, string name)
    {
        var image = ImageReference.Parse(reference);

        Assert.Equal((registry, name), (image.Registry, image.Name));
    }

    [Fact]
    public void Plan_HasAnotherName_WhenCodeOrDatasetChange()
    {
        var experiment = Parse(ExperimentText.Valid);
        string[] names =
        [
            Planner.Plan(experiment, Environment, "/repository", Git, AsProcess, Dataset).Name,
            Planner.Plan(experiment, Environment, "/repository", Git, AsProcess with { TrainerCodeHash = new('e', 64) }, Dataset).Name,
            Planner.Plan(experiment, Environment, "/repository", Git, AsProcess, Dataset with { Hash = new('e', 64) }).Name,
        ];

        Assert.Equal(3, names.Distinct().Count());
        Assert.Equal(names[0], Planner.Plan(experiment, Environment, "/elsewhere", git: null, AsProcess, Dataset).Name);
    }

    [Fact]
    public void Plan_HasTheSameCheckpoints_UnlessWhatDecidesTheWeightsChanges()
    {
        var dataset = Dataset with { TrainHash = new('7', 64) };
        var otherClass = dataset with { Test = dataset.Test with { Boxes = new Dictionary<string, int> { ["crack"] = 1 } } };
        string Checkpoints(DatasetSummary summary, params string[] overrides) =>
            Planner.Plan(Parse(ExperimentText.Valid, overrides), Environment, "/repository", Git, AsProcess, summary).Job.Outputs[
                "checkpoints"
            ];

        var expected = Checkpoints(dataset);

        Assert.Equal(expected, Checkpoints(dataset with { Hash = new('e', 64) }));
        Assert.Equal(expected, Checkpoints(dataset, "EVAL_CONF=0.25"));
        string[] others =
        [
            Checkpoints(dataset with { TrainHash = new('8', 64) }),
            Checkpoints(otherClass),
            Checkpoints(dataset, "RUN_PARAMS.SEED=8"),
            Checkpoints(Dataset),
        ];
        Assert.Equal(4, others.Distinct().Except([expected]).Count());
    }

    [Theory]
    [InlineData("Demo_Run-1", "demo-run-1")]
    [InlineData("A--", "a")]
    public void Plan_IsNamedAfterTheExperiment(string experimentName, string expected)
    {
        var name = Planner
            .Plan(Parse(ExperimentText.Valid, $"EXP_NAME={experimentName}"), Environment, "/repository", Git, AsProcess, Dataset)
            .Name;

        Assert.Matches($"^{expected}-[0-9a-f]{{12}}$", name);
    }

    [Fact]
    public void Plan_FitsAJobName_WhenTheExperimentsNameHasTheMaximumLength()
    {
        var name = Planner
            .Plan(Parse(ExperimentText.Valid, $"EXP_NAME={new string('x', 255)}"), Environment, "/repository", Git, AsProcess, Dataset)
            .Name;

        Assert.True($"{name}-1000".Length <= 255, name);
    }

    private static PlanSources AsProcess => new(CodeHash, Image, new(JobRuntime.Process, "no engine responds")) { Version = "0.1.0" };

    private static PlanSources OnAzure => new(CodeHash, Image, new(JobRuntime.Azure, "the workspace is in Azure")) { Version = "0.1.0" };

    private static EnvironmentConfig Environment => EnvironmentConfigReader.Parse(EnvironmentText.Valid, EnvironmentText.File);

    private static Experiment Parse(string text, params string[] overrides) => ExperimentReader.Parse(text, ExperimentText.File, overrides);

    private static ExperimentPlan Plan(string experiment, string environment, DatasetSummary? dataset) =>
        Planner.Plan(
            Parse(experiment),
            EnvironmentConfigReader.Parse(environment, EnvironmentText.File),
            "/repository",
            Git,
            AsProcess,
            dataset
        );

    private static string JobText(ExperimentPlan plan) =>
        JsonSerializer.Serialize(
            new
            {
                Variables = JobMetadata.Variables(plan),
                Tags = JobMetadata.Tags(plan),
                Properties = JobMetadata.Properties(plan),
            },
            RecordJson.Options
        ) + "\n";

    private static string Text(ExperimentPlan plan) => JsonSerializer.Serialize(plan, RecordJson.Options) + "\n";
}
