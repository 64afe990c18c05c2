namespace EndToEnd.Attacks;

/// <summary>Lists links and special files that a job can leave in its folders, and the requests that meet them.</summary>
public static class LinkAttacks
{
    private const string Area = "Links and special files";
    private const string Untouched = "The file outside is unchanged; ";

    public static IReadOnlyList<Attack> All { get; } =
    [
        Upload(
            "`append=true` to `outputs/link`, which is a link to a file outside",
            "400.",
            "ln -s {file} outputs/link",
            "outputs/link",
            "&append=true",
            400
        ),
        Upload(
            "`allowOverwrite=true` to a link to a file outside",
            "the upload takes the link's place.",
            "ln -s {file} outputs/link",
            "outputs/link",
            "&allowOverwrite=true",
            200
        ),
        Upload("an upload to a link without `allowOverwrite`", "409.", "ln -s {file} outputs/link", "outputs/link", "", 409),
        Upload("an upload to a dangling link", "409.", "ln -s {folder}/new outputs/link", "outputs/link", "", 409),
        Upload(
            "`append=true` to a dangling link",
            "400, and no file is created.",
            "ln -s {folder}/new outputs/link",
            "outputs/link",
            "&append=true",
            400
        ),
        Upload("an upload below a folder that is a link", "400.", "ln -s {folder} outputs/dir", "outputs/dir/new", "", 400),
        Upload(
            "`append=true` below a folder that is a link",
            "400.",
            "ln -s {folder} outputs/dir",
            "outputs/dir/file.txt",
            "&append=true",
            400
        ),
        Upload("an upload when `outputs` itself is a link", "400.", "rmdir outputs; ln -s {folder} outputs", "outputs/new", "", 400),
        Upload("an upload when the working folder is a link", "400.", "cd ..; mv wd gone; ln -s {folder} wd", "outputs/new", "", 400),
        Upload(
            "an upload of a log when `user_logs` is a link",
            "400.",
            "mv ../user_logs ../gone; ln -s {folder} ../user_logs",
            "user_logs/new",
            "",
            400
        ),
        Upload("an upload when `uploads` is a link", "400.", "ln -s {folder} ../uploads", "new", "", 400),
        Upload(
            "`append=true` to a pipe that nobody reads",
            "400, without waiting.",
            "mkfifo outputs/pipe",
            "outputs/pipe",
            "&append=true",
            400
        ),
        Upload("`append=true` to a folder", "400.", "mkdir outputs/dir", "outputs/dir", "&append=true", 400),
        Upload("an upload below a file", "400.", "touch outputs/file", "outputs/file/new", "", 400),
        Hidden("a link to a file outside in `outputs`", "ln -s {file} outputs/link", "outputs/link"),
        Hidden("a link to a folder outside in `outputs`", "ln -s {folder} outputs/dir", "outputs/dir/file.txt"),
        Hidden("`outputs` as a link", "rmdir outputs; ln -s {folder} outputs", "outputs/file.txt"),
        Hidden(
            "the working folder as a link to a folder with `outputs`",
            "cd ..; mkdir x; ln -s {folder} x/outputs; mv wd gone; ln -s x wd",
            "outputs/file.txt"
        ),
        Hidden(
            "`user_logs/std_log.txt` as a link",
            "rm ../user_logs/std_log.txt; ln -s {file} ../user_logs/std_log.txt",
            "user_logs/std_log.txt"
        ),
        Hidden(
            "`user_logs` as a link to a folder with a log",
            "mkdir ../y; ln -s {file} ../y/std_log.txt; mv ../user_logs ../gone; ln -s y ../user_logs",
            "user_logs/std_log.txt"
        ),
        Hidden("a pipe in `outputs`", "mkfifo outputs/pipe", "outputs/pipe"),
        Hidden(
            "the job's whole folder as a link",
            "cd ../..; me=$AZUREML_RUN_ID; mv $me gone-$me; ln -s gone-$me $me; ln -s {file} gone-$me/wd/outputs/link",
            "outputs/link"
        ),
        new(Area, "the studio's log of a job whose log is a link", "The studio shows nothing of the file outside.", ShowAsync),
        new(Area, "`system_logs` as a link to a folder outside", "Nothing is written outside; the job completes.", (target, job) =>
            EndAsync(target, job, "mv ../system_logs ../gone; ln -s {folder} ../system_logs")
        ),
        new(Area, "`metrics.jsonl` as a link to a file outside, and a metric", "409; the file outside is unchanged.", LogMetricAsync),
        new(Area, "`run.json` as a link to a file outside, and a tag", "The tag is set; the file outside is unchanged.", SetTagAsync),
        new(
            Area,
            "a folder that is a link to outside at every other moment, under 200 uploads",
            "The folder outside is unchanged.",
            RaceAsync
        ),
        new(
            Area,
            "a link in a datastore at the place of a later job's output",
            "The later job fails; nothing is created outside.",
            OutputAsync
        ),
        new(Area, "a link in a datastore at the place of a later job's input", "The later job fails and reads nothing.", InputAsync),
        new(Area, "3000 nested folders, and a delete of the job", "The folder is gone.", (target, job) =>
            DeleteAsync(target, job, "cd outputs; perl -e 'for (1 .. 3000) { mkdir \"d\"; chdir \"d\" }'")
        ),
        new(
            Area,
            "names that are not UTF-8 and folders of mode 000, and a delete of the job",
            "The list is served and the folder is gone.",
            (target, job) =>
                DeleteAsync(
                    target,
                    job,
                    "mkdir -p outputs/shut/a; touch \"outputs/$(printf 'a\\377b')\" outputs/shut/a/b; chmod 000 outputs/shut/a outputs/shut"
                )
        ),
        new(
            Area,
            "a link to outside in a job's folder, and a delete of the job",
            "The link is deleted and not its target.",
            (target, job) => DeleteAsync(target, job, "ln -s {folder} outputs/dir; ln -s {folder} ../more")
        ),
        new(
            Area,
            "a job that deletes its own folder",
            "The job ends; the emulator serves.",
            (target, job) =>
                // It fails where the emulator writes into the folder meanwhile.
                EndAsync(target, job, "rm -rf ../../$AZUREML_RUN_ID || true")
        ),
    ];

    private static Attack Upload(string input, string outcome, string script, string path, string query, int status) =>
        new(Area, input, Untouched + outcome, async (target, job) =>
        {
            var token = await target.StartAsync(job, Script(target, script));

            var found = await target.UploadAsync(job, path, query, token);

            target.OutsideIsUntouched();
            Assert.Equal(status, found);
        });

    private static Attack Hidden(string input, string script, string path) =>
        new(Area, $"a read and a list with {input}", "404; it is not listed, and no list names what is behind it.", async (target, job) =>
        {
            var token = await target.StartAsync(job, Script(target, script));
            var escaped = Uri.EscapeDataString(path);

            var read = await target.SendAsync(HttpMethod.Get, Target.Artifacts(job, $"/content?path={escaped}"), token: token);
            var info = await target.SendAsync(HttpMethod.Get, Target.Artifacts(job, $"/contentinfo?path={escaped}"), token: token);
            var list = await target.SendAsync(HttpMethod.Get, Target.Artifacts(job, ""), token: token);
            var files = await target.SendAsync(HttpMethod.Get, Target.Mlflow($"artifacts/list?run_id={job}&path=outputs"), token: token);

            Assert.DoesNotContain(Target.Secret, read.Body, StringComparison.Ordinal);
            Assert.Equal((404, 404), (read.Status, info.Status));
            Assert.DoesNotContain($"\"{path}\"", list.Body, StringComparison.Ordinal);
            Assert.DoesNotContain($"\"{path}\"", files.Body, StringComparison.Ordinal);
        });

    private static string Script(Target target, string script) =>
        script
            .Replace("{file}", target.OutsideFile, StringComparison.Ordinal)
            .Replace("{folder}", target.Outside, StringComparison.Ordinal);

    private static async Task ShowAsync(Target target, string job)
    {
        await target.StartAsync(job, Script(target, "rm ../user_logs/std_log.txt; ln -s {file} ../user_logs/std_log.txt"));

        await target.ReadStudioAsync($"jobs/{job}");
        var (_, log) = await target.AskStudioAsync($"jobs/{job}/log?offset=0&length=1000");

        Assert.DoesNotContain(Target.Secret, log, StringComparison.Ordinal);
    }

    private static async Task EndAsync(Target target, string job, string script)
    {
        await target.SubmitAsync(job, Script(target, script));

        Assert.Equal("Completed", await target.EndAsync(job));
        target.OutsideIsUntouched();
    }

    private static async Task LogMetricAsync(Target target, string job)
    {
        var token = await target.StartAsync(job, Script(target, "rm -f ../metrics.jsonl; ln -s {file} ../metrics.jsonl"));

        await target.ExpectAsync(
            409,
            HttpMethod.Post,
            Target.Mlflow("runs/log-metric"),
            $$"""{"run_id":"{{job}}","key":"loss","value":1}""",
            token
        );

        target.OutsideIsUntouched();
    }

    private static async Task SetTagAsync(Target target, string job)
    {
        var token = await target.StartAsync(job, Script(target, "rm ../run.json; ln -s {file} ../run.json"));

        await target.ExpectAsync(
            200,
            HttpMethod.Post,
            Target.Mlflow("runs/set-tag"),
            $$"""{"run_id":"{{job}}","key":"a","value":"b"}""",
            token
        );

        target.OutsideIsUntouched();
    }

    private static async Task RaceAsync(Target target, string job)
    {
        const string Flip =
            "ln -s {folder} outputs/l; mkdir outputs/d; (while :; do mv -T outputs/d outputs/r; mv -T outputs/r outputs/d; "
            + "mv -T outputs/l outputs/r; mv -T outputs/r outputs/l; done) & true";
        var token = await target.StartAsync(job, Script(target, Flip));

        for (var number = 0; number < 200; number++)
        {
            // Any refusal is right, and so is success while it is a folder.
            await target.SendAsync(
                HttpMethod.Post,
                Target.Artifacts(job, $"/content?path=outputs/r/file.txt&{(number % 2 == 0 ? "append" : "allowOverwrite")}=true"),
                new StringContent("written by an attack"),
                token
            );
            target.OutsideIsUntouched();
        }

        await target.CancelAsync(job);
    }

    private static async Task OutputAsync(Target target, string job)
    {
        await target.SubmitAsync(
            job,
            Script(target, "ln -s {folder} ${{outputs.all}}/" + job + "-place"),
            ""","outputs":{"all":{"jobOutputType":"uri_folder","uri":"azureml://datastores/workspaceblobstore/paths/"}}"""
        );
        Assert.Equal("Completed", await target.EndAsync(job));

        await target.SubmitAsync(
            $"{job}-later",
            "echo here > ${{outputs.mine}}/x",
            ""","outputs":{"mine":{"jobOutputType":"uri_folder","uri":"azureml://datastores/workspaceblobstore/paths/"""
                + job
                + "-place/models\"}}"
        );

        Assert.Equal("Failed", await target.EndAsync($"{job}-later"));
        target.OutsideIsUntouched();
    }

    private static async Task InputAsync(Target target, string job)
    {
        await target.SubmitAsync(
            job,
            Script(target, "ln -s {folder} ${{outputs.all}}/" + job + "-place"),
            ""","outputs":{"all":{"jobOutputType":"uri_folder","uri":"azureml://datastores/workspaceblobstore/paths/"}}"""
        );
        Assert.Equal("Completed", await target.EndAsync(job));

        await target.SubmitAsync(
            $"{job}-later",
            "cat ${{inputs.data}}/*",
            ""","inputs":{"data":{"jobInputType":"uri_folder","uri":"azureml://datastores/workspaceblobstore/paths/""" + job + "-place\"}}"
        );

        Assert.Equal("Failed", await target.EndAsync($"{job}-later"));
        Assert.Contains("is a link or leads through one", await target.ErrorAsync($"{job}-later"), StringComparison.Ordinal);
    }

    private static async Task DeleteAsync(Target target, string job, string script)
    {
        await target.SubmitAsync(job, Script(target, script));
        Assert.Equal("Completed", await target.EndAsync(job));
        await target.ExpectAsync(200, HttpMethod.Get, Target.Artifacts(job, ""));

        await target.ExpectAsync(202, HttpMethod.Delete, Target.Arm($"/jobs/{job}"));

        Assert.False(Directory.Exists(target.JobFolder(job)));
        target.OutsideIsUntouched();
    }
}
