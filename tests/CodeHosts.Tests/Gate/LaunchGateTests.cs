using CodeHosts.Commands;
using CodeHosts.Facts;
using CodeHosts.Gate;
using CodeHosts.Platforms;

namespace CodeHosts.Tests.Gate;

/// <summary>The decision, and the rule that made it, for each requester, place of the code, and request.</summary>
public sealed class LaunchGateTests
{
    private const string Demo = "exp_configs/demo.json";

    /// <summary>
    /// Each row: a name, who (permission, or bot or approver), where (words of <see cref="Where"/>), what (label:x, a comment, changed,
    /// approved …), the decision, the rule, and a part of the reason.
    /// </summary>
    public static TheoryData<string, string, string, Decision, string, string> Rows =>
        new()
        {
            // who: the permission decides, not the author
            { "none", "changes", "label:train", Decision.Refuse, "no write access", "the permission none" },
            { "read", "changes", "label:train", Decision.Refuse, "no write access", "the permission read" },
            { "triage", "changes", "label:train", Decision.Refuse, "no write access", "the permission triage" },
            { "write", "changes", "label:train", Decision.Launch, "launch", "requests a run of exp_configs/demo.json" },
            { "maintain", "changes", "label:train", Decision.Launch, "launch", "" },
            { "admin", "changes", "label:train", Decision.Launch, "launch", "" },
            { "bot", "changes", "label:train", Decision.Refuse, "bot", "is a bot" },
            { "none", "changes", "/train exp_configs/demo.json", Decision.Refuse, "no write access", "" },
            { "read", "changes", "/train exp_configs/demo.json", Decision.Refuse, "no write access", "" },
            { "triage", "changes", "/train exp_configs/demo.json", Decision.Refuse, "no write access", "" },
            { "write", "changes", "/train exp_configs/demo.json", Decision.Launch, "launch", "" },
            { "maintain", "changes", "/train", Decision.Launch, "launch", "" },
            { "admin", "changes", "/train", Decision.Launch, "launch", "" },
            { "bot", "changes", "/train", Decision.Refuse, "bot", "" },
            { "read", "changes", "/cancel", Decision.Refuse, "no write access", "" },
            { "triage", "changes", "/status", Decision.Refuse, "no write access", "" },
            { "bot", "changes", "/cancel", Decision.Refuse, "bot", "" },
            { "approver", "changes", "approved", Decision.Launch, "launch", "an approver of the environment" },
            { "nobody", "changes", "approved", Decision.Refuse, "no write access", "the permission none" },
            // where: forks are never trained, whoever requests the run
            { "admin", "fork changes", "label:train", Decision.Refuse, "fork", "in a fork" },
            { "admin", "fork changes", "/train exp_configs/demo.json", Decision.Refuse, "fork", "" },
            { "admin", "fork changes", "/cancel", Decision.Refuse, "fork", "" },
            { "approver", "fork changes", "approved", Decision.Refuse, "fork", "" },
            { "none", "fork changes", "/train", Decision.Refuse, "fork", "" },
            { "admin", "deleted-fork changes", "label:train", Decision.Refuse, "deleted fork", "no longer exists" },
            { "admin", "deleted-fork", "/train exp_configs/demo.json", Decision.Refuse, "deleted fork", "" },
            { "nobody", "fork changes", "changed", Decision.Skip, "proposal", "never trained" },
            { "write", "changes draft", "label:train", Decision.Launch, "launch", "" },
            { "write", "changes draft", "/train", Decision.Launch, "launch", "" },
            { "write", "changes closed", "label:train", Decision.Refuse, "closed", "is closed" },
            { "write", "changes merged", "/train", Decision.Refuse, "closed", "is merged" },
            { "write", "changes closed", "/cancel", Decision.Cancel, "cancel", "cancels all jobs" },
            { "write", "changes merged", "/status", Decision.Status, "status", "" },
            { "write", "changes base:release", "label:train", Decision.Refuse, "other base", "must be" },
            { "write", "changes base:release", "/status", Decision.Status, "status", "" },
            { "nobody", "no-pull-request", "merge-group", Decision.Skip, "merge group", "trains nothing" },
            { "nobody", "no-pull-request", "push", Decision.Skip, "no pull request event", "" },
            { "write", "no-pull-request", "/train exp_configs/demo.json", Decision.Skip, "no pull request", "on an issue" },
            { "write", "no-pull-request", "looks good", Decision.Skip, "no pull request", "" },
            // what: labels
            { "write", "changes", "label:bug", Decision.Skip, "other label", "only train" },
            { "write", "changes", "label:Train", Decision.Skip, "other label", "" },
            { "write", "changes unlabeled", "label:train", Decision.Refuse, "label removed", "removed again" },
            { "write", "docs", "label:train", Decision.Refuse, "no experiment", "changes no file under" },
            { "nobody", "changes", "changed", Decision.Skip, "proposal", "proposes exp_configs/demo.json" },
            { "nobody", "docs", "changed", Decision.Skip, "proposal", "no run is requested" },
            // what: comments
            { "write", "changes", "looks good to me", Decision.Skip, "no command", "" },
            { "write", "changes", "I would /train this", Decision.Skip, "no command", "" },
            { "write", "changes", "> /train exp_configs/demo.json", Decision.Skip, "no command", "" },
            { "write", "changes", "/trainer exp_configs/demo.json", Decision.Skip, "no command", "" },
            { "write", "changes", "/azp run", Decision.Skip, "azp", "Azure Pipelines" },
            { "write", "changes", "/AzurePipelines run training", Decision.Skip, "azp", "" },
            { "write", "changes", "edited:/train exp_configs/demo.json", Decision.Refuse, "edited comment", "a new comment" },
            { "write", "changes", "edited:/cancel", Decision.Refuse, "edited comment", "" },
            { "write", "changes", "edited:a typo", Decision.Skip, "no command", "" },
            { "write", "changes", "deleted:/train", Decision.Refuse, "edited comment", "" },
            { "write", "docs", "/train exp_configs/demo.json RUN_PARAMS.STEPS=60", Decision.Launch, "launch", "" },
            { "write", "docs", "/train", Decision.Refuse, "no experiment", "name an experiment" },
            {
                "write",
                "changes",
                "/train exp_configs/missing.json",
                Decision.Refuse,
                "missing file",
                "must be one of exp_configs/demo.json"
            },
            { "write", "changes", "/train exp_configs/dmo.json", Decision.Refuse, "missing file", "Did you mean exp_configs/demo.json" },
            { "write", "changes", "/train ../secrets.json", Decision.Refuse, "faulty command", "under exp_configs/" },
            { "write", "changes", "/train exp_configs/../../x.json", Decision.Refuse, "faulty command", "" },
            { "write", "changes", "/train /etc/passwd", Decision.Refuse, "faulty command", "" },
            { "write", "changes", "/train exp_configs/exp_config.schema.json", Decision.Refuse, "faulty command", "" },
            { "write", "changes", "/train exp_configs/demo.json STEPS=1", Decision.Refuse, "faulty command", "RUN_PARAMS.STEPS" },
            { "write", "changes", "/train exp_configs/demo.json RUN_PARAMS.BACH_SIZE=1", Decision.Refuse, "faulty command", "BATCH_SIZE" },
            {
                "write",
                "changes",
                "/train exp_configs/demo.json ENV_CONFIG_FILE=prod.json",
                Decision.Refuse,
                "faulty command",
                "in the file"
            },
            { "write", "changes", "/train exp_configs/demo.json DESCRIPTION=sig=abcdef", Decision.Refuse, "faulty command", "a secret" },
            {
                "write",
                "changes",
                "/train exp_configs/demo.json exp_configs/pothole.json",
                Decision.Refuse,
                "faulty command",
                "second file"
            },
            { "write", "changes", "/train exp_configs/demo.json --force", Decision.Refuse, "faulty command", "--again" },
            { "write", "changes", "/train RUN_PARAMS.STEPS=1", Decision.Refuse, "faulty command", "have no file" },
            { "write", "changes", "/train exp_configs/demo.json\n/cancel", Decision.Refuse, "faulty command", "several commands" },
            { "write", "changes", "/cancel $(reboot)", Decision.Refuse, "faulty command", "the name of a job" },
            { "write", "changes", "/status now", Decision.Refuse, "faulty command", "" },
            { "write", "changes", "/cancel demo-0a1b2c", Decision.Cancel, "cancel", "cancels demo-0a1b2c" },
            { "write", "changes", "/status", Decision.Status, "status", "" },
            {
                "write",
                "changes azure",
                "/train exp_configs/demo.json DESCRIPTION=$(secret)",
                Decision.Refuse,
                "faulty command",
                "a variable"
            },
            { "write", "changes", "/train exp_configs/demo.json DESCRIPTION=$(secret)", Decision.Launch, "launch", "" },
            // when: the approved commit, and no later one
            { "write", "changes moved", "label:train", Decision.Refuse, "head moved", "is not approved" },
            { "write", "changes moved", "/train exp_configs/demo.json", Decision.Refuse, "head moved", "" },
            { "approver", "changes moved", "approved", Decision.Refuse, "head moved", "" },
            { "write", "changes unknown-head", "/train exp_configs/demo.json", Decision.Refuse, "head unknown", "set the label" },
            { "write", "changes moved", "/cancel", Decision.Cancel, "cancel", "" },
            // how many
            { "write", "changes running:2", "label:train", Decision.Refuse, "too many launches", "at most 2" },
            { "write", "changes running:1", "label:train", Decision.Launch, "launch", "" },
            { "write", "changes:3", "label:train", Decision.Refuse, "too many launches", "3 are requested" },
            { "write", "changes:3", "/train exp_configs/demo.json", Decision.Launch, "launch", "" },
            { "write", "truncated", "label:train", Decision.Refuse, "too many files", "name the experiment" },
            { "write", "truncated", "/train exp_configs/demo.json", Decision.Launch, "launch", "" },
        };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Decide_FollowsTheTable(string who, string where, string what, Decision decision, string rule, string reason)
    {
        var made = LaunchGate.Decide(Request(who, where, what));

        Assert.Equal((decision, rule), (made.Decision, made.Rule));
        Assert.Contains(reason, made.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_CoverEveryRuleAndAtLeastSixtyCases()
    {
        Assert.True(Rows.Count >= 60, $"{Rows.Count} rows");
        Assert.Equal(
            LaunchGate.Rules.Select(rule => rule.Name).Order(StringComparer.Ordinal),
            Rows.Select(row => row.Data.Item5).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Decide_IsTheSame_OnBothHosts()
    {
        // One row is about variables of Azure Pipelines, which GitHub does not replace.
        foreach (
            var (who, where, what, decision, rule, _) in Rows.Select(row => row.Data)
                .Where(row => !row.Item3.Contains("$(s", StringComparison.Ordinal))
        )
        {
            var made = LaunchGate.Decide(Request(who, $"{where} azure", what));

            Assert.Equal((decision, rule), (made.Decision, made.Rule));
        }
    }

    [Fact]
    public void Decide_NamesTheApprovedCommitAndItsExperiments_WhenItLaunches()
    {
        var made = LaunchGate.Decide(Request("write", "docs", $"/train {Demo} RUN_PARAMS.STEPS=60 DESCRIPTION=\"two words\" --again"));

        Assert.Equal(Head, made.Commit);
        Assert.True(made.Again);
        var experiment = Assert.Single(made.Experiments);
        Assert.Equal(Demo, experiment.ExpConfig);
        Assert.Equal(["RUN_PARAMS.STEPS=60", "DESCRIPTION=two words"], experiment.Overrides);
    }

    [Fact]
    public void Decide_ProposesTheChangedExperiments_WhenNoRunIsRequested()
    {
        var made = LaunchGate.Decide(Request("nobody", "changes:3", "changed"));

        Assert.Equal(
            ["exp_configs/demo.json", "exp_configs/x1.json", "exp_configs/x2.json"],
            made.Experiments.Select(one => one.ExpConfig)
        );
    }

    [Fact]
    public void Decide_ProposesNothing_ForAFork() =>
        Assert.Empty(LaunchGate.Decide(Request("nobody", "fork changes", "changed")).Experiments);

    [Theory]
    [InlineData("docs/a.md,README.md", false)]
    [InlineData("docs/picture.png", false)]
    [InlineData("LICENSE,SECURITY.md", false)]
    [InlineData("docs/a.md,exp_configs/demo.json", true)]
    [InlineData("src/training/detection/notes.md", true)]
    [InlineData("docker/gpu/README.md", true)]
    [InlineData("build.sh", true)]
    [InlineData("", true)]
    public void Decide_NeedsAnImage_UnlessDocumentationAloneChanges(string files, bool image)
    {
        var request = Request("nobody", "docs", "changed") with
        {
            Changes = new([.. files.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(path => new ChangedFile(path))]),
        };

        Assert.Equal(image, LaunchGate.Decide(request).WhyNoImage is null);
    }

    [Fact]
    public void Decide_NeedsAnImage_WhenAFileMovesToTheDocumentation()
    {
        var request = Request("nobody", "docs", "changed") with { Changes = new([new("docs/a.md", FormerPath: "src/a.py")]) };

        Assert.Null(LaunchGate.Decide(request).WhyNoImage);
    }

    [Fact]
    public void Decide_IgnoresRemovedExperimentsAndTheSchema()
    {
        var request = Request("write", "docs", "label:train") with
        {
            Changes = new([
                new("exp_configs/old.json", IsRemoved: true),
                new("exp_configs/exp_config.schema.json"),
                new("exp_configs/notes.txt"),
            ]),
        };

        Assert.Equal("no experiment", LaunchGate.Decide(request).Rule);
    }

    private static string Head { get; } = new('a', 40);

    private static LaunchRequest Request(string who, string where, string what)
    {
        var words = where.Split(' ');
        var platform = words.Contains("azure") ? Platform.AzureDevOps : Platform.GitHub;
        var (trigger, text) = What(what);
        return new()
        {
            Platform = platform,
            Trigger = trigger,
            EventName = what,
            Requester = Who(who),
            PullRequest = words.Contains("no-pull-request") ? null : Where(words),
            Label = trigger == Trigger.Labeled ? text : null,
            Command = trigger is Trigger.Commented or Trigger.CommentEdited or Trigger.CommentDeleted
                ? CommentCommand.Parse(text, platform)
                : null,
            Head =
                words.Contains("moved") ? HeadState.Moved
                : words.Contains("unknown-head") ? HeadState.Unknown
                : HeadState.AsSeen,
            Changes = Changes(words),
            ExistingExperiments = [Demo, "exp_configs/pothole.json"],
            RunningLaunches = words.Select(word => word.Split(':')).Where(word => word[0] == "running").Sum(word => int.Parse(word[1])),
        };
    }

    private static Requester? Who(string who) =>
        who switch
        {
            "nobody" => null,
            "bot" => new("dependabot[bot]", Permission.Write, IsBot: true),
            _ => new("octocat", Enum.Parse<Permission>(who, ignoreCase: true)),
        };

    private static PullRequest Where(string[] words) =>
        new(
            42,
            words.Contains("closed") ? PullRequestState.Closed
                : words.Contains("merged") ? PullRequestState.Merged
                : PullRequestState.Open,
            words.Contains("fork") ? CodeSource.Fork
                : words.Contains("deleted-fork") ? CodeSource.DeletedFork
                : CodeSource.SameRepository,
            words.FirstOrDefault(word => word.StartsWith("base:", StringComparison.Ordinal))?[5..] ?? "main",
            Head
        )
        {
            IsDraft = words.Contains("draft"),
            Labels = words.Contains("unlabeled") ? [] : ["train"],
        };

    private static ChangedFiles Changes(string[] words)
    {
        if (words.Contains("truncated"))
            return new([new(Demo)], IsComplete: false);
        var changes = words.FirstOrDefault(word => word.StartsWith("changes", StringComparison.Ordinal));
        var count =
            changes is null ? 0
            : changes.Contains(':', StringComparison.Ordinal) ? int.Parse(changes[8..])
            : 1;
        return new([
            new("docs/a.md"),
            .. Enumerable.Range(0, count).Select(index => new ChangedFile(index == 0 ? Demo : $"exp_configs/x{index}.json")),
        ]);
    }

    private static (Trigger Trigger, string Text) What(string what) =>
        what switch
        {
            "changed" => (Trigger.Changed, ""),
            "approved" => (Trigger.Approved, ""),
            "merge-group" => (Trigger.MergeGroup, ""),
            "push" => (Trigger.Other, ""),
            _ when what.StartsWith("label:", StringComparison.Ordinal) => (Trigger.Labeled, what[6..]),
            _ when what.StartsWith("edited:", StringComparison.Ordinal) => (Trigger.CommentEdited, what[7..]),
            _ when what.StartsWith("deleted:", StringComparison.Ordinal) => (Trigger.CommentDeleted, what[8..]),
            _ => (Trigger.Commented, what),
        };
}
