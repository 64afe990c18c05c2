using System.Text;
using WorkspaceEmulator.Faults;
using WorkspaceEmulator.Wire.Patterns;

namespace WorkspaceEmulator.Tests.Faults;

public class FaultScriptReaderTests
{
    [Fact]
    public void Read_AcceptsEveryKey()
    {
        const string script = """
            { "rules": [
              { "method": "put", "path": "**/jobs/*", "skip": 1, "count": 2, "status": 503, "headers": { "Retry-After": "0" },
                "body": { "error": { "code": "ServerBusy" } }, "delayMilliseconds": 5 },
              { "path": "/a", "cut": "before" },
              { "path": "/a", "cut": "after" },
              { "path": "/a", "cut": 1000 },
              { "path": "*", "delayMilliseconds": 50 },
              { "path": "**", "provisioning": { "code": "AllocationFailed", "message": "none left" } },
              { "path": "**", "token": "expired" },
              { "job": "*", "preempt": { "step": 30 } },
              { "job": "train-1", "preempt": { "logBytes": 500 } },
              { "job": "*", "log": { "rotateAtBytes": 4000 } }
            ] }
            """;

        var (read, faults) = Read(script);

        Assert.Empty(faults);
        var first = read!.Rules[0];
        Assert.Equal(("PUT", 1, 2, TimeSpan.FromMilliseconds(5)), (first.Method, first.Skip, first.Count, first.Delay));
        var answer = Assert.IsType<ScriptedResponse>(first.Effect);
        Assert.Equal(
            (503, "0", """{"error":{"code":"ServerBusy"}}"""),
            (answer.Status, answer.Headers["retry-after"], answer.Body!.ToJsonString())
        );
        Assert.Equal(
            [
                new CutConnection(IsDone: false),
                new CutConnection(IsDone: true),
                new CutResponse(1000),
                null,
                new FailedProvisioning(new("AllocationFailed", "none left")),
                new ExpiredToken(),
                new PreemptionAtStep(30),
                new PreemptionAtLog(500),
                new LogRotation(4000),
            ],
            read.Rules.Skip(1).Select(rule => rule.Effect)
        );
    }

    [Fact]
    public void Read_ReportsEveryFault()
    {
        const string script = """
            { "rule": 1,
              "rules": [
              { "path": "**/jobs/*", "stats": 503, "skip": -1, "count": 0, "method": "FETCH" },
              { "path": "jobs?x=1", "status": "503", "headers": { "Content-Length": "1", "X": 1 }, "body": 7 },
              { "status": 204, "body": "x" },
              { "path": "/a", "status": 500, "cut": "never", "status": 500 },
              { "path": "/a", "body": {}, "delayMilliseconds": 1.5 },
              { "path": "/a", "cut": -1 },
              { "path": "/a", "provisioning": { "code": "", "reason": "x" } },
              { "path": "/a", "token": true },
              { "path": "/a", "job": "*", "preempt": { } },
              { "path": "/a", "preempt": { "step": 1, "logBytes": 1 } },
              { "job": "", "log": { } },
              { "job": "*", "log": [], "delayMilliseconds": 5 },
              7,
              { "path": "/a", "perJob": 1, "status": 500 }
            ] }
            """;

        var (read, faults) = Read(script);

        Assert.Null(read);
        Assert.Equal(
            [
                "f.json:1:3: rule is not known; it must be rules.",
                "f.json:3:26: rules[0].stats is not known; it must be one of method, path, skip, count, status, headers, body, cut, "
                    + "delayMilliseconds, provisioning, token, job, perJob, preempt, log.",
                "f.json:3:3: rules[0] does nothing; it must have one of status, cut, provisioning, token, delayMilliseconds or, beside "
                    + "job, preempt or log.",
                "f.json:3:74: rules[0].method is \"FETCH\"; it must be one of GET, PUT, POST, PATCH, DELETE, HEAD.",
                "f.json:3:48: rules[0].skip is -1; it must be a whole number of at least 0.",
                "f.json:3:61: rules[0].count is 0; it must be a whole number of at least 1.",
                "f.json:4:13: rules[1].path is \"jobs?x=1\"; it must be a path without its query that begins with / or *, such as "
                    + "\"**/jobs/*\".",
                "f.json:4:35: rules[1].status is \"503\"; it must be a whole number from 200 to 599.",
                "f.json:4:96: rules[1].body is 7; it must be an object or array, sent as JSON, or a text, sent as it is.",
                "f.json:4:55: rules[1].headers has \"Content-Length\"; it must be the name of a header that does not say how long the body "
                    + "is.",
                "f.json:4:83: rules[1].headers.X is 1; it must be a text of printable ASCII characters.",
                "f.json:5:3: rules[2] has neither path nor job; it must have one of them.",
                "f.json:5:28: rules[2].body is given beside status 204; it must be left out, as a response of that status has none.",
                "f.json:6:50: rules[3].status is given twice; it must be given once.",
                "f.json:6:34: rules[3].cut is given beside status; it must be the only one of status, cut, provisioning, token, preempt, "
                    + "log.",
                "f.json:7:19: rules[4].body is given without status; it must be beside status, as it belongs to the response of that "
                    + "status.",
                "f.json:7:52: rules[4].delayMilliseconds is 1.5; it must be a whole number from 1 to 600000.",
                "f.json:8:26: rules[5].cut is -1; it must be a whole number from 0 to 16777216.",
                "f.json:9:49: rules[6].provisioning.reason is not known; it must be one of code, message.",
                "f.json:9:45: rules[6].provisioning.code is \"\"; it must be a text.",
                "f.json:9:35: rules[6].provisioning.message is missing; it must be a text.",
                "f.json:10:28: rules[7].token is true; it must be \"expired\".",
                "f.json:11:5: rules[8].path is given beside job; it must be in a rule with path, as a rule is about requests or about "
                    + "jobs.",
                "f.json:11:42: rules[8].preempt has neither step nor logBytes; it must have one of them.",
                "f.json:12:19: rules[9].preempt is given without job; it must be beside job, the name of a job or a pattern such as \"*\".",
                "f.json:12:30: rules[9].preempt has both step and logBytes; it must have one of them.",
                "f.json:13:12: rules[10].job is \"\"; it must be the name of a job or a pattern such as \"*\".",
                "f.json:13:23: rules[10].log.rotateAtBytes is missing; it must be the number of bytes at which the log is rotated.",
                "f.json:14:28: rules[11].delayMilliseconds is given beside job; it must be in a rule with path, as a rule is about "
                    + "requests or about jobs.",
                "f.json:14:24: rules[11].log is an array; it must be an object.",
                "f.json:15:3: rules[12] is 7; it must be an object.",
                "f.json:16:19: rules[13].perJob is given without job; it must be beside job, the name of a job or a pattern such as \"*\".",
                "f.json:16:29: rules[13].perJob is 1; it must be true or false.",
            ],
            faults
        );
    }

    [Theory]
    [InlineData("", "f.json:1:1: the text is not JSON here; it must be an object in braces, such as {\"rules\": []}.")]
    [InlineData(
        "{\n  \"rules\": [,]\n}",
        "f.json:2:13: the text is not JSON here; it must be an object in braces, such as {\"rules\": []}."
    )]
    [InlineData("[]", "f.json:1:1: the script is an array; it must be an object.")]
    [InlineData("{}", "f.json:1:1: rules is missing; it must be an array of rules, which may be empty.")]
    [InlineData("""{"rules": {}}""", "f.json:1:11: rules is an object; it must be an array of rules.")]
    public void Read_ReportsTheText_WhenItIsNotAScript(string script, string fault) => Assert.Equal([fault], Read(script).Faults);

    [Theory]
    [InlineData("**/jobs/*", "/subscriptions/a/workspaces/b/jobs/c", true)]
    [InlineData("**/JOBS/*", "/jobs/c", true)]
    [InlineData("**/jobs/*", "/jobs/c/cancel", false)]
    [InlineData("**/jobs/**", "/jobs/c/cancel", true)]
    [InlineData("/mlflow/**", "/x/mlflow/a", false)]
    [InlineData("**", "/", true)]
    [InlineData("*.t(t", "a.t(t", true)]
    [InlineData("*.t(t", "a/b.t(t", false)]
    [InlineData("/a*", "/a", true)]
    [InlineData("/a**b", "/a/x/b", true)]
    [InlineData("/***", "/a/b", true)]
    [InlineData("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public void IsMatch_MatchesWithinAndAcrossSegments(string pattern, string path, bool matches) =>
        Assert.Equal(matches, WildcardPattern.OfPath(pattern).IsMatch(path));

    [Fact]
    public void Read_ReportsAPattern_WhenItIsTooLong() =>
        Assert.Equal(
            ["f.json:1:20: rules[0].job has 2000 characters; it must have at most 1000."],
            Read(
                """{"rules": [{"job": "LONG", "preempt": {"step": 1}}]}""".Replace("LONG", new('a', 2000), StringComparison.Ordinal)
            ).Faults
        );

    private static (FaultScript? Script, IReadOnlyList<string> Faults) Read(string script) =>
        FaultScriptReader.Read(Encoding.UTF8.GetBytes(script), "f.json");
}
