using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Build.Sessions.Replays;
using Build.Tests.Doubles;
using Fixtures;
using Fixtures.Services;
using Images.Building;
using Images.Inputs;

namespace Build.Tests;

/// <summary>The target Replay, against a workspace that keeps what was sent to it.</summary>
public sealed partial class ReplayTests : IDisposable
{
    private const string Trainer = "src/training/detection/data/demo/drawing.py";
    private const string Data = ".local/datastores/demo/pothole";
    private static readonly string Jobs = $"{FakeService.WorkspaceId}/jobs";

    private readonly HostConsole host = new();
    private readonly ConcurrentDictionary<string, JsonObject> stored = new(StringComparer.Ordinal);

    public ReplayTests()
    {
        host.WriteDataset();
        host.Processes.On($"{host.Root}/.venv/bin/python -m detection create-demo-data", "2 images");
        stored[$"{FakeService.WorkspaceId}/computes/local"] = JsonNode
            .Parse(
                """
                {"location":"westeurope","properties":{"computeType":"AmlCompute","provisioningState":"Succeeded","properties":{
                 "osType":"Linux","vmSize":"STANDARD_NC4AS_T4_V3","vmPriority":"Dedicated","currentNodeCount":0,
                 "scaleSettings":{"minNodeCount":0,"maxNodeCount":1,"nodeIdleTimeBeforeScaleDown":"PT15M"} } } }
                """
            )!
            .AsObject();
        host.Service.Otherwise = Respond;
    }

    public void Dispose() => host.Dispose();

    [Fact]
    public void Replay_SendsTheSameBytes_WhenNothingChanged()
    {
        var job = Train();

        ExpectedText.Check("replay-unchanged", Shown(Replay(job)));
        Assert.Single(Sent());
        ExpectedText.Check("replay-run", Shown(Replay(job, "--run", "--wait=false")));
        Assert.Equal(2, Sent().Count);
        Assert.EndsWith($"{job}-2", Sent()[1].Uri.AbsolutePath, StringComparison.Ordinal);
        Assert.Equal(Sent()[0].Body, Sent()[1].Body);
    }

    [Fact]
    public void Replay_SendsTheSameBytes_WhenOnlyTheCommitIsAnother()
    {
        var job = Train();
        host.Processes.On("git rev-parse", "ffffffffffffffffffffffffffffffffffffffff");

        Replay(job, "--run", "--wait=false");

        Assert.Equal(Sent()[0].Body, Sent()[1].Body);
    }

    [Fact]
    public void Replay_NamesEachField_WhenSeveralDiffer()
    {
        var job = Train();
        host.Write(Trainer, "fail\n");
        File.AppendAllText(Path.Combine(host.Root, $"{Data}/images/train_1.png"), "pixel");

        ExpectedText.Check("replay-differences", Shown(Replay(job, "--run", "--set=RUN_PARAMS.SEED=7", "--set=RUN_PARAMS.STEPS=300")));
        Assert.Single(Sent());

        Assert.Contains("submitted", Replay(job, "--run", "--accept-differences", "--wait=false"), StringComparison.Ordinal);
        Assert.Equal(2, Sent().Count);
        Assert.NotEqual(Sent()[0].Body, Sent()[1].Body);
    }

    [Fact]
    public void Replay_NamesTheData_WhenOneByteOfAnImageChanged()
    {
        var job = Train();
        File.AppendAllText(Path.Combine(host.Root, $"{Data}/images/train_1.png"), "pixel");

        AssertOnly("data.hash", Replay(job));
    }

    [Fact]
    public void Replay_NamesTheData_WhenOneRowChanged()
    {
        var job = Train();
        var csv = Path.Combine(host.Root, $"{Data}/datasets/train_pothole_240102030405.csv");
        File.WriteAllText(csv, File.ReadAllText(csv).Replace("1,2,30,40", "1,2,30,41", StringComparison.Ordinal));

        AssertOnly("data.hash", Replay(job));
    }

    [Fact]
    public void Replay_NamesTheCode_WhenOneLineOfTheTrainerChanged()
    {
        var job = Train();
        host.Write(Trainer, "pass\npass\n");

        AssertOnly("code", Replay(job));
    }

    [Fact]
    public void Replay_NamesTheSeed_WhenItIsAnother() => AssertOnly("seed", Replay(Train(), "--set=RUN_PARAMS.SEED=7"));

    [Fact]
    public void Replay_NamesTheVmSize_WhenItIsAnother()
    {
        var job = Train();
        stored[$"{FakeService.WorkspaceId}/computes/local"]["properties"]!["properties"]!["vmSize"] = "STANDARD_NC6S_V3";

        var output = Replay(job);

        AssertOnly("cluster", output);
        Assert.Contains("cluster 'local' has nodes of STANDARD_NC6S_V3", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_NamesTheConfig_WhenTheExperimentIsGiven()
    {
        var job = Train();
        var demo = Path.Combine(host.Root, "exp_configs/demo.json");
        File.WriteAllText(demo, File.ReadAllText(demo).Replace("\"BATCH_SIZE\": 8", "\"BATCH_SIZE\": 4", StringComparison.Ordinal));

        Assert.Contains("unchanged", Replay(job), StringComparison.Ordinal);
        AssertOnly("config.RUN_PARAMS.BATCH_SIZE", Replay(job, "--exp-config=exp_configs/demo.json"));
    }

    [Fact]
    public void Replay_NamesTheVersions_WhenThePackagesAreOthers()
    {
        var job = Train();
        var container = $"/artifact/v2.0{FakeService.WorkspaceId}/artifacts/ExperimentRun/dcid.{job}";
        host.Service.On("GET", container, FakeService.Json(200, """{"value":[{"path":"outputs/final_model/passport.json"}]}"""));
        host.Service.On(
            "GET",
            $"{container}/content",
            FakeService.Json(200, """{"versions": {"modelTraining": "0.1.0", "python": "3.11.2", "torch": "2.0.0"}}""")
        );
        host.Processes.On($"{host.Root}/.venv/bin/python -c", """{"python": "3.11.2", "torch": "2.1.0", "numpy": "1.0"}""");

        var output = Replay(job);

        AssertOnly("versions.torch", output);
        Assert.Contains("versions.torch: 2.0.0 → 2.1.0", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_WritesTheUncommittedChanges_WhenTheCodeIsAnother()
    {
        var diff = Encoding.UTF8.GetBytes("diff --git a/x.py b/x.py\n+pass\r\n");
        host.Processes.On("git status", " M x.py");
        host.Processes.On("git diff", () => Write(diff));
        var job = Train();
        host.Write(Trainer, "other\n");

        var output = Replay(job);

        Assert.Contains("git switch --detach 4b825dc642cb6eb9a060e54bf8d69288fbee4904", output, StringComparison.Ordinal);
        Assert.Contains("git apply artifacts/demo-<hash>/replay/uncommitted.diff", output, StringComparison.Ordinal);
        Assert.Equal(diff, File.ReadAllBytes(Path.Combine(host.Root, $"artifacts/{job}/replay/uncommitted.diff")));
    }

    [Fact]
    public void Replay_SendsTheSameBytes_WhenTheTreeWasDirty()
    {
        host.Processes.On("git status", " M x.py");
        host.Processes.On("git diff", () => Write("diff --git a/x.py b/x.py\n+pass\n"u8.ToArray()));
        var job = Train();
        host.Processes.On("git status");

        Replay(job, "--run", "--wait=false");

        Assert.Contains("RUN_CHANGES", Sent()[0].Body, StringComparison.Ordinal);
        Assert.Equal(Sent()[0].Body, Sent()[1].Body);
    }

    [Fact]
    public void PlanExperiment_Warns_WhenTheChangesMayHoldASecret()
    {
        host.Processes.On("git status", " M x.py");
        host.Processes.On("git diff", () => Write(Encoding.UTF8.GetBytes("diff --git a/x.py b/x.py\n+Account" + "Key=planted\n")));

        var output = host.Run("--target=Plan-Experiment", "--exclusive");

        Assert.Contains(
            "The uncommitted changes are not kept with the run, so that Replay cannot apply them: line 2 of the difference, in x.py, "
                + "looks like a secret. Commit them.",
            output,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("planted", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_SaysWhatToDo_WhenTheJobHasNoPassport()
    {
        stored[$"{Jobs}/other"] = JsonNode.Parse("""{"properties":{"jobType":"Command","command":"x","environmentId":"e"}}""")!.AsObject();

        Assert.EndsWith(
            "Error: Job other has no RUN_PASSPORT and EXP_CONFIG; only a job that Train submitted can be replayed. "
                + "Train the experiment instead: dotnet cake --target=Train --exp-config=FILE\n",
            Replay("other"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Compare_NamesTheBaseAndTheFiles_WhenTheImageIsAnother()
    {
        var repository = host.Root;
        host.Write("docker/gpu/Dockerfile", "ARG BASE_IMAGE=base@sha256:02\nFROM ${BASE_IMAGE}\n");
        var then = ImageInputs.Read(repository, "docker/gpu/Dockerfile", new Dictionary<string, string>(StringComparer.Ordinal));
        var labels = ImageLabels.For(then, null, "sha256:01", host.Time.GetUtcNow());
        host.Write(Trainer, "other\n");
        var now = ImageInputs.Read(repository, "docker/gpu/Dockerfile", new Dictionary<string, string>(StringComparer.Ordinal));

        Assert.Equal(
            [new Difference("base", "sha256:01", "sha256:02"), new Difference("code", null, $"changed  {Trainer}")],
            ReplayedImage.Compare(labels, "sha256:02", now)
        );
        Assert.Empty(ReplayedImage.Compare(labels, "sha256:01", then));
    }

    private static void AssertOnly(string field, string output)
    {
        Assert.Contains(": 1 difference\n", output, StringComparison.Ordinal);
        Assert.Contains($"\n  {field}: ", output, StringComparison.Ordinal);
    }

    private string Train()
    {
        var output = host.Run("--target=Train", "--wait=false");
        Assert.True(Sent().Count == 1, output);
        var job = Sent()[0].Uri.Segments[^1];
        stored[$"{Jobs}/{job}"]["properties"]!["status"] = "Completed";
        return job;
    }

    private string Replay(string job, params string[] arguments) => host.Run(["--target=Replay", $"--job={job}", .. arguments]);

    private List<SentRequest> Sent() =>
        [
            .. host.Service.Sent.Where(request =>
                request.Method == "PUT" && request.Uri.AbsolutePath.StartsWith(Jobs, StringComparison.Ordinal)
            ),
        ];

    private int Write(byte[] diff)
    {
        var file = OutputOption().Match(host.Processes.Started[^1]).Groups["file"].Value;
        File.WriteAllBytes(file, diff);
        return 0;
    }

    private HttpResponseMessage? Respond(SentRequest request)
    {
        var path = request.Uri.AbsolutePath;
        if (request.Method == "PUT")
            stored[path] = JsonNode.Parse(request.Body)!.AsObject();
        else if (!stored.ContainsKey(path))
            return null;
        var body = stored[path].DeepClone().AsObject();
        (body["id"], body["name"]) = (path, path.Split('/')[^1]);
        return FakeService.Json(request.Method == "PUT" ? 201 : 200, body.ToJsonString())(request);
    }

    // The hash in the middle of a longer name.
    private static string Shown(string output) => JobHash().Replace(output, "demo-<hash>");

    [GeneratedRegex("demo-[0-9a-f]{12}", RegexOptions.None, 1000)]
    private static partial Regex JobHash();

    [GeneratedRegex("--output=(?<file>[^ ]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OutputOption();
}
