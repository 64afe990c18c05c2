using Build.Tests.Doubles;
using Fixtures;
using Fixtures.Services;

namespace Build.Tests;

/// <summary>The targets about registered models: Register-Model and Promote.</summary>
public sealed class ModelTests : IDisposable
{
    private const string Job = "demo-new";
    private const string Passport = """
        {"plan": "demo-new", "image": {"reference": "example.azurecr.io/detection@sha256:0123456789abcdef"}, "codeHash": null,
         "git": {"commit": "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "branch": "main", "isDirty": false}, "experimentHash": "e",
         "datasetHash": "d", "trainCsv": "train.csv", "testCsv": "test.csv", "seed": 42,
         "versions": {"modelTraining": "0.1.0", "torch": "2.0"}}
        """;

    private static readonly string Jobs = $"{FakeService.WorkspaceId}/jobs";
    private static readonly string Tracking = $"/mlflow/v1.0{FakeService.WorkspaceId}/api/2.0/mlflow/runs/get";
    private static readonly string[] AllFiles =
    [
        "outputs/final_model/MLmodel",
        "outputs/final_model/exp_config.json",
        "outputs/final_model/model.pth",
        "outputs/final_model/passport.json",
    ];

    private readonly HostConsole host = new();
    private readonly FakeModels models;

    public ModelTests()
    {
        models = new FakeModels(host.Service);
        AnswerJob(Job, "Completed");
        AnswerJob("demo-old", "Completed");
        host.Service.On(
            "GET",
            Tracking,
            FakeService.Json(
                200,
                """
                {"run":{"info":{"run_id":"x"},"data":{"metrics":[
                 {"key":"eval_AP50","value":0.55,"timestamp":1,"step":2},{"key":"eval_AP50_pothole","value":0.55,"timestamp":1,"step":2},
                 {"key":"eval_AP_small","value":-1,"timestamp":1,"step":2},{"key":"eval_mAP","value":0.4125,"timestamp":1,"step":2},
                 {"key":"eval_\u001b[31m","value":1,"timestamp":1,"step":2},{"key":"train_loss","value":0.5,"timestamp":1,"step":2}]}}}
                """
            )
        );
        Compare("""{"value": 0.41, "baseline": 0.3, "difference": 0.11, "low": 0.05, "high": 0.17, "word": "better"}""");
    }

    public void Dispose() => host.Dispose();

    [Fact]
    public void RegisterModel_RegistersOnce_WhenItRunsTwice()
    {
        ExpectedText.Check("register-model", Register());
        ExpectedText.Check("register-model.json", Assert.Single(models.Bodies) + "\n");

        ExpectedText.Check("register-model-again", Register());
        Assert.Single(models.Bodies);
    }

    [Fact]
    public void RegisterModel_RegistersNothing_WhenAMetricIsBelowTheThreshold()
    {
        ExpectedText.Check(
            "register-model-below",
            Register("--min-metric=eval_mAP=0.3", "--min-metric=eval_AP50=0.6", "--min-metric=eval_AP_small=0.1")
        );
        Assert.Empty(models.Bodies);
    }

    [Fact]
    public void RegisterModel_NamesTheNearestMetric_WhenThereIsNone() =>
        ExpectedText.Check("register-model-metric", Register("--min-metric=eval_AP5=0.6"));

    [Fact]
    public void RegisterModel_SaysByHowMuch_WhenTheModelIsNotBetter()
    {
        models.Add(1, "demo-old");
        Compare("""{"value": 0.41, "baseline": 0.4, "difference": 0.01, "low": -0.05, "high": 0.07, "word": "notDistinguishable"}""");

        ExpectedText.Check("register-model-not-better", Register("--only-if-better"));
        Assert.Empty(models.Bodies);
    }

    [Fact]
    public void RegisterModel_RegistersTheNextVersion_WhenTheModelIsBetter()
    {
        models.Add(1, "demo-old");

        ExpectedText.Check("register-model-better", Register("--only-if-better", "--min-metric=eval_AP50=0.5"));
        Assert.Equal(Job, (string?)models.Versions[2]["jobName"]);
    }

    [Fact]
    public void RegisterModel_RegistersNothing_WhenTheJobsCannotBeCompared()
    {
        models.Add(1, "demo-old");
        host.Processes.On($"{host.Root}/.venv/bin/python -m detection compare", () => 1, "error: broken");

        Assert.Contains(
            "Job demo-new cannot be compared with pothole:1 (job demo-old): the comparison exited with code 1: error: broken.",
            Register("--only-if-better"),
            StringComparison.Ordinal
        );
        Assert.Empty(models.Bodies);
    }

    [Theory]
    [InlineData(
        "Running",
        "Job demo-new is Running; it must be Completed to be registered. Wait for it: dotnet cake --target=Follow --job=demo-new"
    )]
    [InlineData(
        "Failed",
        "Job demo-new is Failed; it must be Completed to be registered. Its log says why: dotnet cake --target=Fetch --job=demo-new"
    )]
    public void RegisterModel_Fails_WhenTheJobHasNotCompleted(string status, string message)
    {
        AnswerJob(Job, status);

        Assert.Contains(message, Register(), StringComparison.Ordinal);
        Assert.Empty(models.Bodies);
    }

    [Fact]
    public void RegisterModel_Fails_WhenTheJobLeftNoModel()
    {
        AnswerJob(Job, "Completed", files: []);

        Assert.Contains(
            "Job demo-new has no outputs/final_model/model.pth; a job must have left its model there to be registered. "
                + "See what it left: dotnet cake --target=Fetch --job=demo-new",
            Register(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void RegisterModel_AsksForTheTypeCustom_WhenThereIsNoMlmodelFile()
    {
        AnswerJob(Job, "Completed", files: AllFiles[1..]);

        Assert.Contains(
            "Job demo-new has no outputs/final_model/MLmodel; a model of type mlflow must have one. "
                + "Register it as it is: dotnet cake --target=Register-Model --job=demo-new --model-type=custom",
            Register(),
            StringComparison.Ordinal
        );
        Assert.Contains("Model        pothole:1 (custom_model): created", Register("--model-type=custom"), StringComparison.Ordinal);
        Assert.False(models.Versions[1].ContainsKey("flavors"));
    }

    [Fact]
    public void RegisterModel_SaysTheName_WhenTheUseCaseCannotBeOne()
    {
        AnswerJob(Job, "Completed", useCase: "pot/ho\\u001b[2Jle");
        var other = new FakeModels(host.Service, "pot-ho--2Jle");

        var output = Register();

        Assert.Contains("which cannot be the name of a model; the model is pot-ho--2Jle.", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
        Assert.Single(other.Bodies);
        Assert.Contains("Model        pothole:1", Register("--model-name=pothole"), StringComparison.Ordinal);
    }

    [Fact]
    public void Train_RefusesArguments_WhenItRegistersNothing() =>
        ExpectedText.Check(
            "train-registers-nothing",
            host.Run("--target=Train", "--min-metric=eval_AP50=0.6", "--only-if-better")
                + host.Run("--target=Train", "--register-model", "--wait=false")
        );

    [Fact]
    public void Promote_MovesTheStage_AndChangesNothingTheSecondTime()
    {
        models.Add(1, "demo-old", "Production");
        models.Add(2, Job);

        ExpectedText.Check(
            "promote",
            host.Run("--target=Promote", "--model=pothole:2", "--stage=production")
                + host.Run("--target=Promote", "--model=pothole:2", "--stage=production")
        );
        Assert.Equal((null, "Production"), ((string?)models.Versions[1]["tags"]!["stage"], (string?)models.Versions[2]["tags"]!["stage"]));
    }

    [Fact]
    public void Promote_NamesWhatIsWrong_WhenAnArgumentIsFaultyOrMissing() =>
        ExpectedText.Check(
            "promote-faulty",
            host.Run("--target=Promote", "--model=pothole", "--stage=a b")
                + host.Run("--target=Promote", "--model=pothole:2")
                + host.Run("--target=Promote", "--model=pothole:2", "--stage=Staging")
        );

    [Fact]
    public void CleanJobs_ListsWhatNothingNeeds_AndDeletesItOnRequest()
    {
        models.Add(1, "demo-old");
        var jobs = string.Join(",", Listed("demo-new"), Listed("demo-old"), Listed("demo-older"));
        host.Service.On("GET", Jobs, FakeService.Json(200, $$"""{"value":[{{jobs}}]}"""));
        host.Service.On("GET", $"{Jobs}/demo-older", FakeService.Json(200, Listed("demo-older")));
        host.Service.On("DELETE", $"{Jobs}/demo-older", FakeService.Json(204, ""));

        ExpectedText.Check("clean-jobs", host.Run("--target=Clean-Jobs") + host.Run("--target=Clean-Jobs", "--yes"));
        Assert.Equal(
            [$"{Jobs}/demo-older"],
            host.Service.Sent.Where(request => request.Method == "DELETE").Select(request => request.Uri.AbsolutePath)
        );
    }

    private static string Listed(string name) =>
        $$"""
            {"id":"{{Jobs}}/{{name}}","name":"{{name}}","systemData":{"createdAt":"2020-01-02T03:04:05Z"},"properties":{"jobType":"Command",
             "experimentName":"demo","command":"x","environmentId":"e","status":"Completed","tags":{"experiment_hash":"e"} } }
            """;

    private string Register(params string[] arguments) => host.Run(["--target=Register-Model", $"--job={Job}", .. arguments]);

    private void Compare(string metric) => host.Processes.On($"{host.Root}/.venv/bin/python -m detection compare", () =>
        {
            host.Write(
                $"artifacts/{Job}/comparison.json",
                $$$"""{"paired": true, "reason": null, "images": 60, "resamples": 2000, "seed": 0, "metrics": {"eval_mAP": {{{metric}}}}}"""
            );
            return 0;
        });

    private void AnswerJob(string name, string status, string useCase = "pothole", string[]? files = null)
    {
        var container = $"/artifact/v2.0{FakeService.WorkspaceId}/artifacts/ExperimentRun/dcid.{name}";
        host.Service.On(
            "GET",
            $"{Jobs}/{name}",
            FakeService.Json(
                200,
                $$"""
                {"id":"{{Jobs}}/{{name}}","name":"{{name}}","properties":{"jobType":"Command","experimentName":"demo","command":"x",
                 "environmentId":"e","status":"{{status}}"} }
                """
            )
        );
        host.Service.On(
            "GET",
            FakeService.RunPath(name),
            FakeService.Json(200, $$$"""{"runId":"{{{name}}}","status":"{{{status}}}","tags":{},"logFiles":{}}""")
        );
        var listed = string.Join(",", (files ?? AllFiles).Select(path => $$"""{"path":"{{path}}"}"""));
        host.Service.On("GET", container, FakeService.Json(200, $$"""{"value":[{{listed}}]}"""));
        var config = $$"""
            {"EXP_NAME": "demo", "IMAGE_TYPE": "{{useCase}}", "DESCRIPTION": "a test", "RUN_PARAMS": {"STEPS": 3},
             "MODEL_PARAMS": {"BASE_MODEL": "faster_rcnn_tiny"} }
            """;
        host.Service.On("GET", $"{container}/content", request =>
            FakeService.Json(200, request.Uri.Query.Contains("passport", StringComparison.Ordinal) ? Passport : config)(request)
        );
    }
}
