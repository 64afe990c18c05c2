using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Studio.Folder;
using Studio.Queries;

namespace Studio.Tests;

public sealed class FolderStoreTests : IDisposable
{
    private readonly TemporaryFolder outside = new();
    private readonly TemporaryFolder artifacts = new();

    public FolderStoreTests()
    {
        outside.Write("secret.txt", "secret");
        artifacts.Write("demo-1/outputs/metrics.jsonl", "{\"step\": 1, \"time\": 5, \"train_loss\": 2}\n");
        artifacts.Write("demo-1/user_logs/std_log.txt", "hello\n");
        artifacts.Write(
            "demo-1/outcome.json",
            """{"status": "Failed", "reason": "why", "tags": {"dataset_hash": "abc"}, "started": "2026-01-02T03:04:05Z"}"""
        );
        artifacts.Write("notes/readme.txt", "no job");
    }

    public void Dispose()
    {
        artifacts.Dispose();
        outside.Dispose();
    }

    [Fact]
    public void List_FindsTheJobs_WhenTheFolderHoldsTheirFolders()
    {
        var run = Assert.Single(new FolderStore(artifacts.Path, null).List());

        Assert.Equal(("demo-1", "Failed", "why"), (run.Name, run.Facts.State, run.Facts.Error));
        Assert.Equal(2, run.FindMetric("train_loss")!.Values.Single());
        Assert.Equal("hello\n", Text(run.OpenLog()));
    }

    [Fact]
    public void List_FindsTheJob_WhenTheFolderIsItsOwn() =>
        Assert.Equal("demo-1", Assert.Single(new FolderStore(Path.Combine(artifacts.Path, "demo-1"), null).List()).Name);

    [Fact]
    public void FindSweep_ReadsTheTrials_WhenTheOutcomeHasThem()
    {
        artifacts.Write("sweep/outputs/metrics.jsonl", "");
        artifacts.Write("sweep_0/outputs/metrics.jsonl", "");
        artifacts.Write(
            "sweep/outcome.json",
            """
            {"status": "Completed", "sweepMetric": "eval_mAP", "sweepIsMaximized": false, "bestTrial": "sweep_1", "trials": [
              {"name": "sweep_0", "status": "Canceled", "isEndedEarly": true, "values": {"RUN_PARAMS.SEED": "7", "KIND": "a"}, "seconds": 2.5},
              {"name": "sweep_1", "status": "Completed", "isEndedEarly": false, "values": {"KIND": "1e999"}, "metric": 0.25, "seconds": 9}]}
            """
        );
        artifacts.Write("sweep/plan.json", """{"job": {"sweep": {"sampling": "sobol", "maxTrials": 12, "maxConcurrent": 3}}}""");
        var store = new FolderStore(artifacts.Path, null);

        var sweep = store.FindSweep("sweep")!;

        Assert.Equal("sweep", store.Find("sweep")!.Facts.Kind);
        Assert.Equal(
            ("eval_mAP", false, "sobol", 12, 3),
            (sweep.Metric, sweep.IsMaximized, sweep.Sampling, sweep.MaxTrials, sweep.MaxConcurrent)
        );
        Assert.Equal(
            ("Canceled", true, 2.5, true),
            (sweep.Trials[0].State, sweep.Trials[0].IsEndedEarly, sweep.Trials[0].Seconds, sweep.Trials[0].IsInStore)
        );
        Assert.Equal("""{"RUN_PARAMS.SEED":7,"KIND":"a"}""", sweep.Trials[0].Values.ToJsonString());
        Assert.Equal("""{"KIND":"1e999"}""", sweep.Trials[1].Values.ToJsonString());
        Assert.Equal(("sweep_1", 0.25, false), (sweep.Trials[1].Name, sweep.Trials[1].Metric, sweep.Trials[1].IsInStore));
    }

    [Theory]
    [InlineData("""{"sweepMetric": "m", "trials": [1, null, [], {"name": 5, "values": [], "metric": "NaN", "seconds": null}]}""")]
    [InlineData(
        """{"sweepMetric": "m", "sweepIsMaximized": "no", "trials": [{"values": {"a": {"b": [1]}, "c": null}, "metric": 1e999}]}"""
    )]
    [InlineData("""{"sweepMetric": "m", "trials": []}""")]
    public void FindSweep_ReadsWhatItCan_WhenTheOutcomeIsOdd(string outcome)
    {
        artifacts.Write("demo-1/outcome.json", outcome);
        artifacts.Write("demo-1/plan.json", """{"job": {"sweep": {"sampling": 5, "maxTrials": 1e300, "maxConcurrent": -3}}}""");

        var sweep = new FolderStore(artifacts.Path, null).FindSweep("demo-1")!;

        Assert.True(sweep.IsMaximized);
        Assert.Equal((int.MaxValue, 0), (sweep.MaxTrials, sweep.MaxConcurrent));
        Assert.StartsWith("{\"objective\"", SweepQuery.Read(sweep).ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"status": "Completed"}""")]
    [InlineData("""{"sweepMetric": 5, "trials": []}""")]
    [InlineData("""{"sweepMetric": "m", "trials": {}}""")]
    [InlineData("""{"sweepMetric": "m", "trials": [], "trials": []}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void FindSweep_ReturnsNull_WhenTheJobIsNone(string outcome)
    {
        artifacts.Write("demo-1/outcome.json", outcome);
        var store = new FolderStore(artifacts.Path, null);

        Assert.Null(store.FindSweep("demo-1"));
        Assert.Null(store.FindSweep("../demo-1"));
        Assert.Equal("command", store.Find("demo-1")!.Facts.Kind);
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("outputs/../../notes/readme.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("outputs//metrics.jsonl")]
    [InlineData("./outputs/metrics.jsonl")]
    [InlineData("outputs\\metrics.jsonl")]
    [InlineData("outputs/metrics.jsonl\0")]
    [InlineData("outputs")]
    [InlineData("")]
    public void OpenArtifact_ReturnsNull_WhenThePathIsNoFileBelowTheJob(string path) =>
        Assert.Null(new FolderStore(artifacts.Path, null).Find("demo-1")!.OpenArtifact(path));

    [Fact]
    public void OpenArtifact_FollowsNoLink_WhenAJobLeftOne()
    {
        var job = Path.Combine(artifacts.Path, "demo-1");
        File.CreateSymbolicLink(Path.Combine(job, "outputs", "link.txt"), Path.Combine(outside.Path, "secret.txt"));
        Directory.CreateSymbolicLink(Path.Combine(job, "outputs", "folder"), outside.Path);
        Directory.CreateSymbolicLink(Path.Combine(artifacts.Path, "linked-job"), job);
        var store = new FolderStore(artifacts.Path, null);
        var run = store.Find("demo-1")!;

        Assert.Null(run.OpenArtifact("outputs/link.txt"));
        Assert.Null(run.OpenArtifact("outputs/folder/secret.txt"));
        Assert.DoesNotContain(run.ListArtifacts(), artifact =>
            artifact.Path.Contains("link", StringComparison.Ordinal) || artifact.Path.Contains("secret", StringComparison.Ordinal)
        );
        Assert.Null(store.Find("linked-job"));
    }

    [Fact]
    public async Task OpenArtifact_FollowsNoLink_WhenOneReplacesAFileOrAFolderMeanwhile()
    {
        var job = Path.Combine(artifacts.Path, "demo-1");
        artifacts.Write("demo-1/outputs/folder/secret.txt", "own");
        var (real, aside) = (Path.Combine(job, "outputs", "folder"), Path.Combine(job, "outputs", "aside"));
        var run = new FolderStore(artifacts.Path, null).Find("demo-1")!;
        using var ending = new CancellationTokenSource();
        var swapping = Task.Run(
            () =>
            {
                while (!ending.IsCancellationRequested)
                {
                    Directory.Move(real, aside);
                    Directory.CreateSymbolicLink(real, outside.Path);
                    Directory.Delete(real);
                    Directory.Move(aside, real);
                }
            },
            TestContext.Current.CancellationToken
        );

        var opened = 0;
        try
        {
            for (var i = 0; i < 20_000; i++)
            {
                using var file = run.OpenArtifact("outputs/folder/secret.txt");
                if (file is null)
                    continue;
                Assert.Equal("own", Text(file));
                opened++;
            }
        }
        finally
        {
            await ending.CancelAsync();
            await swapping;
        }

        Assert.NotEqual(0, opened);
    }

    [Fact]
    public void OpenArtifact_ReadsTheFile_WhenTheFolderThatTheReaderChoseIsALink()
    {
        var link = Path.Combine(outside.Path, "chosen");
        Directory.CreateSymbolicLink(link, artifacts.Path);

        Assert.Equal("hello\n", Text(new FolderStore(link, null).Find("demo-1")!.OpenLog()));
    }

    [Fact]
    public async Task OpenArtifact_ReturnsNull_WhenAJobLeftAPipe()
    {
        using var make = Process.Start("mkfifo", Path.Combine(artifacts.Path, "demo-1", "outputs", "pipe"));
        await make.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Null(new FolderStore(artifacts.Path, null).Find("demo-1")!.OpenArtifact("outputs/pipe"));
    }

    [Theory]
    [InlineData("<img src=x onerror=alert(1)>.txt")]
    [InlineData("a\u202eb\u0007\n.txt")]
    [InlineData("'; drop.txt")]
    public void ListArtifacts_ReturnsTheNameAsItIs_WhenItIsHostile(string name)
    {
        artifacts.Write($"demo-1/outputs/{name}", "content");
        var run = new FolderStore(artifacts.Path, null).Find("demo-1")!;

        Assert.Contains(run.ListArtifacts(), artifact => artifact.Path == $"outputs/{name}");
        Assert.Equal("content", Text(run.OpenArtifact($"outputs/{name}")));
    }

    [Fact]
    public void OpenImage_ReadsTheDataset_WhenItsFolderIsGiven()
    {
        artifacts.Write("demo-1/outputs/final_model/exp_config.json", """{"IMAGE_TYPE": "pothole"}""");
        outside.Write("pothole/images/a.png", "picture");

        var run = new FolderStore(artifacts.Path, outside.Path).Find("demo-1")!;

        Assert.Null(run.ImagesFault);
        Assert.Equal("picture", Text(run.OpenImage("a.png")));
        Assert.Null(run.OpenImage("../../secret.txt"));
        Assert.Contains("--data=FOLDER", new FolderStore(artifacts.Path, null).Find("demo-1")!.ImagesFault, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadDataCheck_ReturnsTheFindings_WhenTheyAreAboutTheJobsDataset()
    {
        Assert.Contains("no data.json", Check().Fault, StringComparison.Ordinal);

        artifacts.Write("data.json", """{"hash": "other"}""");
        Assert.Contains("another dataset", Check().Fault, StringComparison.Ordinal);

        artifacts.Write("data.json", """{"hash": "abc"}""");
        Assert.Equal("abc", (string?)Check().Data!["hash"]);

        // A dataset with faults has no hash, and the job that failed on them has no tag of it.
        artifacts.Write("demo-1/outcome.json", """{"status": "Failed"}""");
        artifacts.Write("demo-1/plan.json", """{"job": {"config": {"IMAGE_TYPE": "pothole", "TRAIN_CSV": "train_pothole_1.csv"}}}""");
        artifacts.Write("data.json", """{"hash": null, "imageType": "crack", "faults": ["a box"]}""");
        Assert.Contains("another dataset", Check().Fault, StringComparison.Ordinal);
        artifacts.Write("data.json", """{"imageType": "pothole", "trainCsv": "pothole/datasets/train_pothole_2.csv"}""");
        Assert.Contains("another dataset", Check().Fault, StringComparison.Ordinal);
        artifacts.Write(
            "data.json",
            """{"imageType": "pothole", "trainCsv": "pothole/datasets/train_pothole_1.csv", "faults": ["a box"]}"""
        );
        Assert.Equal("a box", (string?)Check().Data!["faults"]![0]);

        (JsonNode? Data, string? Fault) Check() => new FolderStore(artifacts.Path, null).Find("demo-1")!.ReadDataCheck();
    }

    [Fact]
    public void Facts_AreThoseOfTheArtifacts_WhenTheirJsonIsDamaged()
    {
        artifacts.Write("demo-1/outcome.json", """{"status": "Failed", "status": 3""");
        artifacts.Write("demo-1/plan.json", "[]");

        Assert.Equal("Unknown", new FolderStore(artifacts.Path, null).Find("demo-1")!.Facts.State);
    }

    private static string Text(Stream? stream)
    {
        using var reader = new StreamReader(stream!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
