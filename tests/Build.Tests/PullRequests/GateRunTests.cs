using System.Text.Json.Nodes;
using Build.Tests.Doubles;
using Fixtures.CodeHosts;
using Fixtures.Services;

namespace Build.Tests.PullRequests;

/// <summary>Authorize, Launch and Comment as a pipeline runs them, one after another on one pull request.</summary>
public sealed class GateRunTests : IAsyncLifetime
{
    private const string Commit = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    private const string Plan = "demo-0123456789ab";

    private readonly HostConsole host = new();
    private GitHubServer server = null!;

    private string Artifacts => Path.Combine(host.Root, "artifacts");

    public async ValueTask InitializeAsync()
    {
        server = await GitHubServer.StartAsync(TestContext.Current.CancellationToken);
        server.Push(Commit);
        server.Now = server.Now.AddMinutes(5);
        server.PullRequest.Files.Add(("exp_configs/demo.json", "modified", null));
        foreach (var (name, value) in server.Variables)
            host.Environment.Variables[name] = value;
        host.Environment.Variables["GITHUB_OUTPUT"] = host.Write("output", "");
        host.Environment.Variables["GITHUB_STEP_SUMMARY"] = host.Write("summary", "");
        host.Environment.Variables["GITHUB_WORKSPACE"] = host.Root;
        host.Processes.On(Sessions.PullRequests.HostProgram.FileName, SubmitJob);
    }

    public async ValueTask DisposeAsync()
    {
        host.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public void Authorize_PassesTheDecisionOn_WhenAWriterSetsTheLabel()
    {
        var text = Label();

        Assert.StartsWith("exit code 0", text, StringComparison.Ordinal);
        Assert.Contains("Decision     launch: \"octocat\" requests a run of exp_configs/demo.json", text, StringComparison.Ordinal);
        var outputs = Read("output");
        Assert.Contains("decision=launch\n", outputs, StringComparison.Ordinal);
        Assert.Contains($"commit={Commit}\n", outputs, StringComparison.Ordinal);
        Assert.Contains("""[{"exp_config":"exp_configs/demo.json","overrides":[]}]""", outputs, StringComparison.Ordinal);
        Assert.Contains("image=true\n", outputs, StringComparison.Ordinal);
        Assert.Contains("| decision | **launch** |", Read("summary"), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Artifacts, "launch.json")));
    }

    [Fact]
    public void Authorize_RefusesAFork_WithTheReasonInTheSummary()
    {
        server.PullRequest.HeadRepository = "someone/model-training";

        var text = Label();

        Assert.StartsWith("exit code 0", text, StringComparison.Ordinal);
        Assert.Contains("decision=refuse\n", Read("output"), StringComparison.Ordinal);
        Assert.Contains("the code is in a fork", Read("summary"), StringComparison.Ordinal);
        Assert.Contains("nothing: the code is in a fork", host.Run("--target=Launch"), StringComparison.Ordinal);
        Assert.Empty(Trainings());
    }

    [Fact]
    public void Authorize_NeedsNoImage_WhenDocumentationAloneChanges()
    {
        server.PullRequest.Files.Clear();
        server.PullRequest.Files.Add(("docs/architecture.md", "modified", null));

        Send("pull_request", server.Event("synchronize"));

        Assert.Contains("image=false\n", Read("output"), StringComparison.Ordinal);
        Assert.Contains("only documentation changes", Read("output"), StringComparison.Ordinal);
    }

    [Fact]
    public void Authorize_Fails_WhenTheHostCannotBeRead()
    {
        host.Environment.Variables["GITHUB_TOKEN"] = "another";

        var text = Label();

        Assert.StartsWith("exit code -1", text, StringComparison.Ordinal);
        Assert.Contains("401", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Launch_TrainsTheApprovedCommit_AndRemovesTheLabel()
    {
        Label();

        var text = host.Run("--target=Launch", "--max-price=20", "--max-minutes=2000", "--node-price=0.49EUR");

        Assert.StartsWith("exit code 0", text, StringComparison.Ordinal);
        Assert.Equal(
            [
                "--target=Train --exp-config=exp_configs/demo.json --wait=false --image-repository=model-training --max-price=20 "
                    + "--max-minutes=2000 --node-price=0.49EUR",
                $"--target=Follow --job={Plan} --exp-config=exp_configs/demo.json --node-price=0.49EUR",
            ],
            Trainings()
        );
        Assert.Empty(server.PullRequest.Labels);
        var comment = Assert.Single(server.PullRequest.Comments);
        Assert.Contains(Plan, comment.Body, StringComparison.Ordinal);
        Assert.Contains(
            $$"""[{"job":"{{Plan}}","exp_config":"exp_configs/demo.json","studio_url":null}]""",
            Read("output"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Launch_PassesValuesOn_AsOneArgumentEach()
    {
        var comment = server.Comment("octocat", "/train exp_configs/demo.json DESCRIPTION=\"$(touch pwned); `id` && x\" --again");
        Send("issue_comment", server.Event("created", comment: comment));

        host.Run("--target=Launch", "--wait=false");

        Assert.Equal(
            [
                "--target=Train --exp-config=exp_configs/demo.json --set=DESCRIPTION=$(touch pwned); `id` && x --wait=false "
                    + "--image-repository=model-training --rerun",
            ],
            Trainings()
        );
    }

    [Fact]
    public void Launch_StartsNothing_WhenTheCheckoutIsAnotherCommit()
    {
        Label();
        host.Processes.On("git rev-parse", new string('f', 40));

        var text = host.Run("--target=Launch");

        Assert.StartsWith("exit code -1", text, StringComparison.Ordinal);
        Assert.Contains($"it must be the approved one, {Commit}", text, StringComparison.Ordinal);
        Assert.Empty(Trainings());
        Assert.Equal(["train"], server.PullRequest.Labels);
    }

    [Fact]
    public void Launch_StartsNothing_WhenATrackedFileDiffers()
    {
        Label();
        host.Processes.On("git status", " M src/training/detection/run.py");

        Assert.Contains("only the approved commit is trained", host.Run("--target=Launch"), StringComparison.Ordinal);
        Assert.Empty(Trainings());
    }

    [Fact]
    public void Launch_KeepsTheLabel_WhenNothingStarted()
    {
        Label();
        host.Processes.On(Sessions.PullRequests.HostProgram.FileName, () => 1);

        Assert.StartsWith("exit code -1", host.Run("--target=Launch"), StringComparison.Ordinal);
        Assert.Equal(["train"], server.PullRequest.Labels);
        Assert.Empty(server.PullRequest.Comments);
    }

    [Fact]
    public void Launch_GivesTheTokenToNoTraining()
    {
        Label();

        host.Run("--target=Launch");

        Assert.Equal(2, host.Processes.Variables.Count(variables => variables?.ContainsKey("GITHUB_TOKEN") == true));
        Assert.All(host.Processes.Variables.OfType<IReadOnlyDictionary<string, string?>>(), variables =>
            Assert.Null(variables["GITHUB_TOKEN"])
        );
    }

    [Fact]
    public void Authorize_CountsRunningJobs_AndNotTheSameOneTwice()
    {
        Label();
        host.Run("--target=Launch", "--wait=false");

        Assert.Contains("Decision     launch", Label("--max-launches=1"), StringComparison.Ordinal);
        var other = server.Comment("octocat", "/train exp_configs/demo.json RUN_PARAMS.STEPS=60");
        Assert.Contains(
            "at most 1",
            Send("issue_comment", server.Event("created", comment: other), "--max-launches=1"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("worse", "worse:eval_mAP", "failure", "demo - eval_mAP is 0.43, 0.119 below the baseline of 0.549.")]
    [InlineData("worse", "below:eval_AP50:0.6", "success", "demo - worse, eval_mAP 0.43")]
    [InlineData("worse", "below:eval_AP50:0.9", "failure", "demo - eval_AP50 is 0.71, it must be at least 0.9.")]
    [InlineData("failed", "worse:eval_mAP", "error", "demo - the job is Failed")]
    [InlineData("running", "worse:eval_mAP", "pending", "demo - step 120 of 240, ETA 34 s")]
    public void Comment_SetsTheStatusOfTheApprovedCommit(string sample, string rule, string state, string description)
    {
        Label();
        WriteReport(sample);

        var text = host.Run("--target=Comment", $"--fail-on={rule}");

        Assert.StartsWith("exit code 0", text, StringComparison.Ordinal);
        var status = Assert.Single(server.Statuses);
        Assert.Equal((Commit, state, description), (status.Target, status.State, status.Description));
        Assert.Contains("The short form", Assert.Single(server.PullRequest.Comments).Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Comment_EditsTheOneComment_AfterASecondPush()
    {
        Label();
        host.Run("--target=Launch", "--wait=false");
        WriteReport("running");
        host.Run("--target=Comment");
        server.Push(new string('b', 40));
        WriteReport("worse");

        var text = host.Run("--target=Comment", "--fail-on=worse:eval_mAP");

        Assert.Contains("edited on pull request 42", text, StringComparison.Ordinal);
        var body = Assert.Single(server.PullRequest.Comments).Body;
        Assert.Contains("**Fails**: `worse:eval_mAP: eval_mAP is 0.43,", body, StringComparison.Ordinal);
        Assert.DoesNotContain("**Running**", body, StringComparison.Ordinal);
        Assert.All(server.Statuses, status => Assert.Equal(Commit, status.Target));
    }

    [Fact]
    public void Launch_ListsTheJobs_WhenStatusIsRequested()
    {
        Label();
        host.Run("--target=Launch", "--wait=false");
        host.Service.On("GET", FakeService.RunPath(Plan), Run("Completed"));
        Send("issue_comment", server.Event("created", comment: server.Comment("octocat", "/status")));

        var text = host.Run("--target=Launch");

        Assert.Contains("Job          demo-<hash>: Completed", text, StringComparison.Ordinal);
        Assert.Contains("| `Completed` |", server.PullRequest.Comments[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Launch_SaysThatAJobIsMissing_WhenTheWorkspaceDoesNotHaveIt()
    {
        Label();
        host.Run("--target=Launch", "--wait=false");
        Send("issue_comment", server.Event("created", comment: server.Comment("octocat", "/status")));

        Assert.Contains("Job          demo-<hash>: Missing", host.Run("--target=Launch"), StringComparison.Ordinal);
    }

    [Fact]
    public void Launch_CancelsTheRunningJobs_WhenCancelIsRequested()
    {
        Label();
        host.Run("--target=Launch", "--wait=false");
        host.Service.OnEach("GET", $"{FakeService.WorkspaceId}/jobs/{Plan}", Job("Running"), Job("CancelRequested"), Job("Canceled"));
        host.Service.On("POST", $"{FakeService.WorkspaceId}/jobs/{Plan}/cancel", FakeService.Json(200, "{}"));
        host.Service.OnEach("GET", FakeService.RunPath(Plan), Run("Running"), Run("CancelRequested"), Run("Canceled"));
        Send("issue_comment", server.Event("created", comment: server.Comment("octocat", "/cancel")));

        var text = host.Run("--target=Launch");

        Assert.Contains("Job          demo-<hash>: Canceled", text, StringComparison.Ordinal);
        Assert.Contains(host.Service.Sent, request => request.Uri.AbsolutePath.EndsWith("/cancel", StringComparison.Ordinal));
    }

    [Fact]
    public void Launch_TouchesNothing_WhenTheCommentNamesAFileOutsideTheConfiguration()
    {
        Label();
        host.Run("--target=Launch", "--wait=false");
        var comment = server.PullRequest.Comments[0];
        var text = CodeHosts.Comments.CommentText.Read(comment.Body);
        text.Set(text.Jobs[0] with { EnvironmentFile = "../../evil.json", Job = "evil" });
        comment.Body = text.Write(65_536);
        Send("issue_comment", server.Event("created", comment: server.Comment("octocat", "/cancel evil")));
        host.Service.Sent.Clear();

        host.Run("--target=Launch");

        Assert.Empty(host.Service.Sent);
    }

    [Fact]
    public void Comment_NamesTheNearestMetric_WhenARuleNamesNone()
    {
        Label();
        WriteReport("worse");

        var text = host.Run("--target=Comment", "--fail-on=worse:eval_map");

        Assert.StartsWith("exit code -1", text, StringComparison.Ordinal);
        Assert.Contains("Did you mean eval_mAP?", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Comment_ShowsPublishedPictures_AndNoOtherFile()
    {
        Label();
        WriteReport("worse");
        host.Write("artifacts/demo-1/plots/worst_1.png", "png");
        host.Write("secret.png", "png");

        host.Run("--target=Comment", "--thumbnails=https://pictures.example/run-7");

        var body = Assert.Single(server.PullRequest.Comments).Body;
        Assert.Contains("![worst-1](https://pictures.example/run-7/demo-1/plots/worst_1.png)", body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
    }

    [Fact]
    public void Comment_SaysWherePicturesAre_WhenGitHubTakesNone()
    {
        Label();
        WriteReport("worse");
        host.Write("artifacts/demo-1/plots/worst_1.png", "png");

        host.Run("--target=Comment", "--thumbnails");

        Assert.Contains("the host takes none by its interface", Assert.Single(server.PullRequest.Comments).Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Comment_SaysNothing_WhenTheGateRefused()
    {
        server.Permissions["octocat"] = "read";
        Label();

        Assert.Contains("nothing to say: ", host.Run("--target=Comment"), StringComparison.Ordinal);
        Assert.Empty(server.PullRequest.Comments);
    }

    [Fact]
    public void Targets_LeaveNoTokenAnywhere()
    {
        var texts = Label() + host.Run("--target=Launch");
        WriteReport("worse");
        texts += host.Run("--target=Comment");
        server.Scopes["statuses"] = "read";
        texts += host.Run("--target=Comment");

        Assert.Contains("`statuses: write`", texts, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Token, texts, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(host.Root, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(server.Token, File.ReadAllText(file), StringComparison.Ordinal);
        Assert.All(server.PullRequest.Comments, comment => Assert.DoesNotContain(server.Token, comment.Body, StringComparison.Ordinal));
        Assert.DoesNotContain(host.Processes.Started, command => command.Contains(server.Token, StringComparison.Ordinal));
    }

    private static Func<SentRequest, HttpResponseMessage> Run(string status) =>
        FakeService.Json(200, $$"""{"runId":"{{Plan}}","status":"{{status}}"}""");

    private static Func<SentRequest, HttpResponseMessage> Job(string status) =>
        FakeService.Json(
            200,
            $$"""
            {"id":"{{FakeService.WorkspaceId}}/jobs/{{Plan}}","name":"{{Plan}}",
             "properties":{"jobType":"Command","experimentName":"demo","command":"x","environmentId":"e","status":"{{status}}"} }
            """
        );

    private string Label(params string[] arguments)
    {
        if (!server.PullRequest.Labels.Contains("train"))
            server.PullRequest.Labels.Add("train");
        return Send("pull_request", server.Event("labeled", label: "train"), arguments);
    }

    private string Send(string name, JsonNode payload, params string[] arguments)
    {
        host.Environment.Variables["GITHUB_EVENT_NAME"] = name;
        host.Environment.Variables["GITHUB_EVENT_PATH"] = host.Write("event.json", payload.ToJsonString());
        return host.Run(["--target=Authorize", .. arguments]);
    }

    // The files that Train writes.
    private int SubmitJob()
    {
        host.Write("artifacts/plan.json", $$"""{"plan":"{{Plan}}"}""");
        host.Write(
            $"artifacts/{Plan}/job.json",
            $$"""{"name":"{{Plan}}","id":"/x","attempt":1,"experimentName":"demo","studioUrl":null,"change":"Created","status":"Queued"}"""
        );
        return 0;
    }

    private void WriteReport(string sample)
    {
        host.Write("artifacts/report.json", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Expected", $"report-{sample}.json")));
        host.Write("artifacts/comment.md", "### demo\n\nThe short form.\n");
    }

    private string Read(string file) => File.ReadAllText(Path.Combine(host.Root, file));

    private IEnumerable<string> Trainings() =>
        host
            .Processes.Started.Where(command => command.StartsWith(Sessions.PullRequests.HostProgram.FileName, StringComparison.Ordinal))
            .Select(command => command[command.IndexOf("--target", StringComparison.Ordinal)..]);
}
