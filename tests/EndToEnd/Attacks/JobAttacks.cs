using System.Text.Json.Nodes;

namespace EndToEnd.Attacks;

/// <summary>Lists definitions of jobs and clusters, and values that jobs log, at and beyond their limits.</summary>
public static class JobAttacks
{
    private const string Area = "Definitions and values";

    public static IReadOnlyList<Attack> All { get; } =
    [
        new(Area, "`limits.timeout` of 50 days", "The job runs and can be cancelled.", (target, job) =>
            RunAndCancelAsync(target, job, "P50D")
        ),
        new(Area, "`limits.timeout` of 29,000 years", "The job runs and can be cancelled.", (target, job) =>
            RunAndCancelAsync(target, job, "P10675199D")
        ),
        Refused("`limits.timeout` of a million years", "true", """,  "limits":{"jobLimitsType":"Command","timeout":"P1000000Y"}"""),
        Refused("`limits.timeout` below zero", "true", """,  "limits":{"jobLimitsType":"Command","timeout":"-PT1H"}"""),
        Refused("an empty `limits.timeout`", "true", """,  "limits":{"jobLimitsType":"Command","timeout":""}"""),
        Refused("2³² + 1 nodes", "true", ""","resources":{"instanceCount":4294967297}"""),
        Refused("shared memory of 10³⁰ bytes", "true", ""","resources":{"instanceCount":1,"shmSize":"1000000000000000000000000000000g"}"""),
        Refused("a zero character in the command", "echo a\0b", ""),
        Refused("a zero character in an environment variable", "true", ""","environmentVariables":{"A":"a\u0000b"}"""),
        Refused("a command of 200,000 characters", "true " + new string('a', 200_000), ""),
        Refused(
            "an environment variable of 200,000 characters",
            "true",
            $$""","environmentVariables":{"A":"{{new string('a', 200_000)}}"}"""
        ),
        Refused("an environment variable named `A=B`", "true", ""","environmentVariables":{"A=B":"x"}"""),
        new(Area, "`nodeIdleTimeBeforeScaleDown` of 20,000 years", "The cluster is created and its jobs run.", UsePatientClusterAsync),
        new(Area, "`nodeIdleTimeBeforeScaleDown` of a million years", "400.", async (target, _) =>
            await PutClusterAsync(target, "P1000000Y", 400)
        ),
        new(Area, "`page_token` of 2³¹ - 1 for the values of a metric", "An empty page without a next one.", ReadPageAsync),
        new(Area, "metrics of NaN, infinity and 10⁹⁹⁹", "They are stored, and the studio shows them.", LogOddMetricsAsync),
        new(Area, "a filter of 2000 wildcards for a search of runs", "A response within a minute.", SearchAsync),
        new(Area, "a log line of 64 MB", "The studio shows its end; the log is served byte for byte.", LogLongLineAsync),
        new(
            Area,
            "`<script>` and `##vso[…]` as a metric's name, a tag and a log line",
            "The name gets 400. Tag and line come back as they were sent, as JSON or as text that no browser runs.",
            LogMarkupAsync
        ),
    ];

    private static Attack Refused(string input, string command, string more) =>
        new(Area, input, "400; no job is created.", async (target, job) =>
        {
            var (status, body) = await target.SendJsonAsync(HttpMethod.Put, Target.Arm($"/jobs/{job}"), Target.JobBody(command, more));

            Assert.True(status == 400, $"{status}: {body}");
            await target.ExpectAsync(404, HttpMethod.Get, Target.Arm($"/jobs/{job}"));
        });

    private static async Task RunAndCancelAsync(Target target, string job, string timeout)
    {
        await target.StartAsync(job, "true", $$""","limits":{"jobLimitsType":"Command","timeout":"{{timeout}}"}""");
        await Target.UntilAsync(async () => await target.StatusAsync(job) == "Running", $"{job} does not run");

        await target.CancelAsync(job);
    }

    private static Task<string> PutClusterAsync(Target target, string idle, int status, string name = "patient") =>
        target.ExpectAsync(
            status,
            HttpMethod.Put,
            Target.Arm($"/computes/{name}"),
            """{"properties":{"computeType":"AmlCompute","properties":{"vmSize":"Standard_DS3_v2","scaleSettings":{"maxNodeCount":1,"""
                + $"\"nodeIdleTimeBeforeScaleDown\":\"{idle}\"}}}}}}}}"
        );

    private static async Task UsePatientClusterAsync(Target target, string job)
    {
        await PutClusterAsync(target, "P7300000D", 201);
        var body = Target.JobBody("true").Replace("/computes/cpu", "/computes/patient", StringComparison.Ordinal);

        await target.ExpectAsync(201, HttpMethod.Put, Target.Arm($"/jobs/{job}"), body);

        Assert.Equal("Completed", await target.EndAsync(job));
        await target.ExpectAsync(200, HttpMethod.Get, Target.Arm("/computes/patient"));
    }

    private static async Task ReadPageAsync(Target target, string job)
    {
        await target.SubmitAsync(job, "true");
        await target.EndAsync(job);
        await target.ExpectAsync(
            200,
            HttpMethod.Post,
            Target.Mlflow("runs/log-metric"),
            $$"""{"run_id":"{{job}}","key":"loss","value":1}"""
        );

        var page = await target.ExpectAsync(
            200,
            HttpMethod.Get,
            Target.Mlflow($"metrics/get-history?run_id={job}&metric_key=loss&page_token=2147483647")
        );

        Assert.Null(JsonNode.Parse(page)!["next_page_token"]);
    }

    private static async Task LogOddMetricsAsync(Target target, string job)
    {
        await target.SubmitAsync(job, "true");
        await target.EndAsync(job);
        foreach (var value in new[] { "\"NaN\"", "\"-Infinity\"", "1e999", "1" })
        {
            await target.ExpectAsync(
                200,
                HttpMethod.Post,
                Target.Mlflow("runs/log-metric"),
                $$"""{"run_id":"{{job}}","key":"loss","value":{{value}},"step":1e30,"timestamp":-1e30}"""
            );
        }

        await target.ReadStudioAsync($"jobs/{job}/metrics?names=loss");
        await target.ExpectAsync(200, HttpMethod.Get, Target.Mlflow($"runs/get?run_id={job}"));
    }

    private static async Task SearchAsync(Target target, string job)
    {
        await target.SubmitAsync(job, "true");
        await target.EndAsync(job);
        await target.ExpectAsync(
            200,
            HttpMethod.Post,
            Target.Mlflow("runs/set-tag"),
            $$"""{"run_id":"{{job}}","key":"a","value":"{{new string('a', 4000)}}"}"""
        );
        var experiments = await target.ExpectAsync(200, HttpMethod.Post, Target.Mlflow("experiments/search"), "{}");
        var id = (string)JsonNode.Parse(experiments)!["experiments"]![0]!["experiment_id"]!;

        var (status, _) = await target.SendJsonAsync(
            HttpMethod.Post,
            Target.Mlflow("runs/search"),
            $$"""{"experiment_ids":["{{id}}"],"filter":"tags.a LIKE '{{string.Concat(Enumerable.Repeat("%a", 1000))}}%b'"}"""
        );

        Assert.InRange(status, 200, 499);
    }

    private static async Task LogLongLineAsync(Target target, string job)
    {
        await target.SubmitAsync(job, "head -c 64000000 /dev/zero | tr '\\0' x; echo end");
        await target.EndAsync(job);

        var end = await target.ReadStudioAsync($"jobs/{job}/log?offset=-65536&length=65536");
        var log = await target.ExpectAsync(200, HttpMethod.Get, Target.Artifacts(job, "/content?path=user_logs/std_log.txt"));

        Assert.Equal((64 * 1024, "xend\n"), (end.Length, end[^5..]));
        Assert.Equal(64_000_004, log.Length);
        await target.ExpectAsync(202, HttpMethod.Delete, Target.Arm($"/jobs/{job}"));
    }

    private static async Task LogMarkupAsync(Target target, string job)
    {
        const string Markup = "<script>alert(1)</script>##vso[task.complete result=Failed;]";
        await target.SubmitAsync(job, $"echo '{Markup}'; echo '{Markup}' > outputs/page.html");
        await target.EndAsync(job);
        await target.ExpectAsync(
            400,
            HttpMethod.Post,
            Target.Mlflow("runs/log-batch"),
            $$"""{"run_id":"{{job}}","metrics":[{"key":"{{Markup}}","value":1}]}"""
        );
        await target.ExpectAsync(
            200,
            HttpMethod.Post,
            Target.Mlflow("runs/log-batch"),
            $$"""{"run_id":"{{job}}","tags":[{"key":"markup","value":"{{Markup}}"}]}"""
        );

        var shown = JsonNode.Parse(await target.ReadStudioAsync($"jobs/{job}"))!;
        using var client = target.CreateClient(target.Endpoint);
        client.DefaultRequestHeaders.Authorization = new("Bearer", target.Token);
        using var file = await client.GetAsync(
            Target.Artifacts(job, "/content?path=outputs/page.html"),
            TestContext.Current.CancellationToken
        );

        Assert.Equal($"{Markup}\n", await target.ReadStudioAsync($"jobs/{job}/log?offset=0&length=1000"));
        Assert.Equal(Markup, (string?)shown["tags"]!["markup"]);
        Assert.Equal("application/octet-stream", file.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", file.Headers.GetValues("X-Content-Type-Options").Single());
    }
}
