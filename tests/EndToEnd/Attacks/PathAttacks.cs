namespace EndToEnd.Attacks;

/// <summary>Lists names and paths that lead elsewhere.</summary>
public static class PathAttacks
{
    private const string Area = "Names and paths";

    public static IReadOnlyList<Attack> All { get; } =
    [
        Upload("`../../run.json` as the path of an upload", "../../run.json"),
        Upload("`outputs/../../x`", "outputs/../../x"),
        Upload("an absolute path", "/etc/attack"),
        Upload("`.`", "."),
        Upload("an empty path", ""),
        Upload("two slashes in a row", "outputs//x"),
        Upload("a zero byte", "outputs/a\0b"),
        Upload("a name of 300 bytes", new string('a', 300)),
        Upload("a path of 5000 folders", string.Join('/', Enumerable.Repeat("d", 5000)), atLeast: 200),
        new(
            Area,
            "backslashes, line ends and quotes in an artifact's name",
            "It is stored and listed under exactly that name.",
            StoreOddNameAsync
        ),
        Read(
            "`..%2f..%2ftoken` in the address of a signed log",
            job => $"azureml/0/ExperimentRun/dcid.{job}/..%2f..%2ftoken?se=9999999999&sig=00",
            403
        ),
        Read("`../token` as the path of a download", job => Target.Artifacts(job, "/content?path=..%2F..%2F..%2Ftoken"), 404),
        Read("`../../secrets.key` as a prefix of a list", job => Target.Artifacts(job, "?path=..%2F..%2F"), 200),
        Refused("a job whose name is `..%2f..%2fx`", Target.Arm("/jobs/..%2f..%2fx"), Target.JobBody("true"), 400),
        Refused(
            "a compute whose name is `..%2fx`",
            Target.Arm("/computes/..%2fx"),
            """{"properties":{"computeType":"AmlCompute","properties":{"vmSize":"Standard_DS3_v2"}}}""",
            400
        ),
        Refused(
            "an environment whose version is `..%2f..`",
            Target.Arm("/environments/a/versions/..%2f.."),
            """{"properties":{"image":"i:1"}}""",
            400
        ),
        Refused(
            "a workspace whose group is `..`",
            Target.Workspace.Replace("group", "%2e%2e%2f%2e%2e", StringComparison.Ordinal) + "?api-version=2024-10-01",
            """{"location":"x"}""",
            400
        ),
        Refused(
            "an input of a job at `paths/../../x`",
            Target.Arm("/jobs/escaping"),
            Target.JobBody(
                "true",
                ""","inputs":{"d":{"jobInputType":"uri_folder","uri":"azureml://datastores/workspaceblobstore/paths/../../x"}}"""
            ),
            400
        ),
        Refused("a secret whose name is `..%2fx`", "keyvault/none/secrets/..%2fx?api-version=7.4", """{"value":"x"}""", 404),
    ];

    private static Attack Upload(string input, string path, int atLeast = 400) =>
        new(
            Area,
            input.Contains("upload", StringComparison.Ordinal) ? input : $"an upload to {input}",
            atLeast == 400 ? "400; nothing is written." : "Stored or refused; the job can be deleted.",
            async (target, job) =>
            {
                await target.SubmitAsync(job, "true");
                await target.EndAsync(job);

                var status = await target.UploadAsync(job, path, "&allowOverwrite=true", target.Token);

                Assert.InRange(status, atLeast, 499);
                await target.ExpectAsync(202, HttpMethod.Delete, Target.Arm($"/jobs/{job}"));
                Assert.False(Directory.Exists(target.JobFolder(job)));
            }
        );

    private static Attack Read(string input, Func<string, string> path, int status) =>
        new(Area, input, status == 200 ? "An empty list." : $"{status}; nothing of the file is sent.", async (target, job) =>
        {
            await target.SubmitAsync(job, "true");
            await target.EndAsync(job);

            var (found, body) = await target.SendAsync(HttpMethod.Get, path(job));

            Assert.Equal(status, found);
            Assert.DoesNotContain(target.Token, body, StringComparison.Ordinal);
            Assert.DoesNotContain("secrets.key\"", body, StringComparison.Ordinal);
        });

    private static Attack Refused(string input, string path, string json, int status) =>
        new(Area, input, $"{status}.", (target, _) => target.ExpectAsync(status, HttpMethod.Put, path, json));

    private static async Task StoreOddNameAsync(Target target, string job)
    {
        const string Name = "outputs/a\\..\\b\n\"'<script>";
        await target.SubmitAsync(job, "true");
        await target.EndAsync(job);

        Assert.Equal(200, await target.UploadAsync(job, Name, "", target.Token, "content"));

        var (_, body) = await target.SendAsync(HttpMethod.Get, Target.Artifacts(job, $"/content?path={Uri.EscapeDataString(Name)}"));
        Assert.Equal("content", body);
        var list = System.Text.Json.Nodes.JsonNode.Parse(
            await target.ExpectAsync(200, HttpMethod.Get, Target.Artifacts(job, "?path=outputs"))
        )!;
        Assert.Equal(Name, (string?)list["value"]!.AsArray().Single()!["path"]);
    }
}
