using System.Globalization;
using Fixtures;

namespace EndToEnd.Attacks;

/// <summary>Lists attempts of a job's processes to outlive it, or to read secrets.</summary>
public static class ProcessAttacks
{
    private const string Area = "Processes and secrets";
    private const string Ended = "It ends with the job.";

    public static IReadOnlyList<Attack> All { get; } =
    [
        Outlive("`env -i setsid -f sleep`", "env -i setsid -f sh -c 'echo $$ > {pid}; exec sleep 600'"),
        Outlive(
            "a process of its own session, without environment, files or a parent",
            "(env -i setsid sh -c 'cd /; exec <&- >&- 2>&-; (echo $$ > /dev/null; sh -c \"echo \\$PPID > {pid}; sleep 600\") &' &)"
        ),
        Outlive("a process that ignores TERM, INT and HUP", "(trap '' TERM INT HUP; sh -c 'echo $$ > {pid}; sleep 600; sleep 600') &"),
        Outlive(
            "a process after its job has ended the process that holds it",
            "env -i setsid -f sh -c 'echo $$ > {pid}; exec sleep 600'; while [ ! -s {pid} ]; do sleep 0.05; done; kill -9 $PPID",
            "Failed"
        ),
        Outlive(
            "a process of a job that has stopped the process that holds it",
            "env -i setsid -f sh -c 'echo $$ > {pid}; exec sleep 600'; kill -STOP $PPID",
            "Canceled"
        ),
        Outlive(
            "a process that starts itself again whenever it ends",
            "setsid -f sh -c 'r() { trap \"sh -c \\\"sleep 600\\\" & exit\" TERM; echo $$ > {pid}; sleep 600 & wait; }; r'"
        ),
        new(
            Area,
            "secrets in the environment of the user who started the emulator",
            "No process that a job can read has them.",
            ReadEnvironmentAsync
        ),
        new(Area, "the owner's token in the environment or on the command line of a process", "No process has it.", ReadTokenAsync),
        new(Area, "files and folders of the state that other users may open", "There are none.", FindOpenAsync),
        new(
            Area,
            "a job's variables that change Perl (`PERL5OPT`, `PERL5LIB`)",
            "They reach the command and not the process that holds it.",
            ChangePerlAsync
        ),
        new(Area, "a job's `PATH` that leads nowhere", "The command starts.", async (target, job) =>
        {
            await target.SubmitAsync(job, "echo started", ""","environmentVariables":{"PATH":"/nowhere"}""");
            Assert.Equal("Completed", await target.EndAsync(job));
        }),
    ];

    private static Attack Outlive(string input, string script, string status = "Completed") =>
        new(Area, input, Ended, async (target, job) =>
        {
            var pid = Path.Combine(target.State, "..", $"{job}.pid");
            await target.SubmitAsync(
                job,
                $"{script.Replace("{pid}", pid, StringComparison.Ordinal)}\nwhile [ ! -s {pid} ]; do sleep 0.05; done; sleep 0.1"
                    + (status == "Canceled" ? "; sleep 600" : "")
            );
            await Target.UntilAsync(() => Task.FromResult(File.Exists(pid) && new FileInfo(pid).Length > 1), "the process does not run");
            if (status == "Canceled")
                await target.ExpectAsync(202, HttpMethod.Post, Target.Arm($"/jobs/{job}/cancel"));

            Assert.Equal(status, await target.EndAsync(job));

            Assert.False(
                ProcessTable.IsAlive(
                    int.Parse(await File.ReadAllTextAsync(pid, TestContext.Current.CancellationToken), CultureInfo.InvariantCulture)
                )
            );
        });

    private static async Task ReadEnvironmentAsync(Target target, string job)
    {
        await target.SubmitAsync(
            job,
            "id=$PPID; while [ $id -gt 1 ]; do tr '\\0' '\\n' < /proc/$id/environ; echo \"-- $(tr '\\0' ' ' < /proc/$id/cmdline)\"; "
                + $"[ $id = {target.ProcessId} ] && break; id=$(awk '/^PPid/ {{print $2}}' /proc/$id/status); done; echo done"
        );

        Assert.Equal("Completed", await target.EndAsync(job));

        var log = await target.ExpectAsync(200, HttpMethod.Get, Target.Artifacts(job, "/content?path=user_logs/std_log.txt"));
        Assert.EndsWith("done\n", log, StringComparison.Ordinal);
        Assert.Contains("WorkspaceEmulator.dll", log, StringComparison.Ordinal);
        Assert.DoesNotContain(Target.Secret, log, StringComparison.Ordinal);
    }

    private static async Task ReadTokenAsync(Target target, string job)
    {
        await target.SubmitAsync(job, "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | sed 's/$/|/'");

        await target.EndAsync(job);

        var log = await target.ExpectAsync(200, HttpMethod.Get, Target.Artifacts(job, "/content?path=user_logs/std_log.txt"));
        Assert.DoesNotContain(target.Token, log, StringComparison.Ordinal);
    }

    private static async Task FindOpenAsync(Target target, string job)
    {
        await target.StartAsync(job, "true");
        await target.UploadAsync(job, "uploaded/file", "", target.Token);
        await target.ExpectAsync(
            200,
            HttpMethod.Post,
            Target.Mlflow("runs/log-metric"),
            $$"""{"run_id":"{{job}}","key":"loss","value":1}"""
        );

        // Files that jobs write have the modes that they choose. No other user can reach them, because the folders above are closed.
        string[] own = ["jobs", "storage"];
        var open = Directory
            .EnumerateFileSystemEntries(
                target.State,
                "*",
                new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }
            )
            .Append(target.State)
            .Where(path =>
                !own.Contains(Path.GetRelativePath(target.State, path).Split('/')[0])
                || path.StartsWith(target.JobFolder(job), StringComparison.Ordinal)
            )
            .Where(path => ((int)File.GetUnixFileMode(path) & 0x3f) != 0);
        Assert.Empty(open);
    }

    private static async Task ChangePerlAsync(Target target, string job)
    {
        await target.SubmitAsync(
            job,
            "echo $PERL5OPT $PERL5LIB",
            ""","environmentVariables":{"PERL5OPT":"-Mno::such","PERL5LIB":"/nowhere"}"""
        );

        Assert.Equal("Completed", await target.EndAsync(job));

        var log = await target.ExpectAsync(200, HttpMethod.Get, Target.Artifacts(job, "/content?path=user_logs/std_log.txt"));
        Assert.Equal("-Mno::such /nowhere\n", log);
    }
}
