using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EndToEnd.Attacks;
using Fixtures;

namespace EndToEnd.Resilience;

/// <summary>
/// SIGKILL ends the emulator, or a job's command, at a random moment. No process remains, no job exists twice, no line is lost.
/// </summary>
public sealed class KillTests(Target target) : IClassFixture<Target>
{
    private const string Writes =
        "env -i setsid -f sh -c 'echo $$ > {pids}/orphan; exec sleep 600'; echo $$ > {pids}/shell; echo $PPID > {pids}/holder; "
        + "n=0; while [ $n -lt 200 ]; do n=$((n+1)); echo line $n; [ $((n % 50)) = 0 ] && sleep 0.05; done; {end}";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Fixtures.Seeds.Of(perChange: 4, perNight: 50)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Job_Ends_AndLeavesNoProcess_WhenSomethingIsKilled(int number)
    {
        var random = new Random(number);
        var killsEmulator = random.Next(2) == 0;
        var jobs = Enumerable.Range(0, 1 + random.Next(3)).Select(index => $"seed{number}-{index}").ToList();
        var folders = jobs.Select(job => Directory.CreateTempSubdirectory($"{job}-").FullName).ToList();
        foreach (var (job, folder) in jobs.Zip(folders))
        {
            var command = Writes
                .Replace("{pids}", folder, StringComparison.Ordinal)
                .Replace("{end}", random.Next(2) == 0 ? "sleep 600" : "exit 0", StringComparison.Ordinal);
            await target.SubmitAsync(job, command);
        }

        await Task.Delay(random.Next(600), Stop);
        var seen = "";
        if (killsEmulator)
        {
            var read = await target.SendAsync(HttpMethod.Get, Target.Artifacts(jobs[0], "/content?path=user_logs/std_log.txt"));
            seen = read.Status == 200 ? read.Body : "";
            await target.SignalAsync("KILL");
            await target.LaunchAsync();
        }
        else
        {
            var shell = Path.Combine(folders[0], "shell");
            await Target.UntilAsync(() => Task.FromResult(PidOf(shell) is not null), "the job does not run");
            await target.SignalAsync("KILL", PidOf(shell));
        }

        var list = await target.ExpectAsync(200, HttpMethod.Get, Target.Arm("/jobs"));
        foreach (var job in jobs)
        {
            // Submitted again as a host does: it is the same job, however often.
            Assert.Equal(200, (await target.SendJsonAsync(HttpMethod.Put, Target.Arm($"/jobs/{job}"), await DefinitionAsync(job))).Status);
            Assert.Equal(1, Count(list, $"\"name\":\"{job}\""));
            if (killsEmulator || job == jobs[0])
                continue;
            await target.SendAsync(HttpMethod.Post, Target.Arm($"/jobs/{job}/cancel"));
        }

        foreach (var (job, folder) in jobs.Zip(folders))
        {
            // A job that had not started when the emulator was killed starts now.
            if (await target.StatusAsync(job) is not ("Completed" or "Failed" or "Canceled"))
                await target.SendAsync(HttpMethod.Post, Target.Arm($"/jobs/{job}/cancel"));
            await target.EndAsync(job);
            var read = await target.SendAsync(HttpMethod.Get, Target.Artifacts(job, "/content?path=user_logs/std_log.txt"));
            // A job that was cancelled before it started has no log.
            var log = read.Status == 404 ? "" : read.Body;
            Assert.True(Whole().StartsWith(log, StringComparison.Ordinal), $"the log of {job} is not what it wrote: {log}");
            foreach (var pid in Directory.EnumerateFiles(folder).Select(PidOf).OfType<int>())
                await Target.UntilAsync(() => Task.FromResult(!ProcessTable.IsAlive(pid)), $"process {pid} of {job} is left");
            Directory.Delete(folder, recursive: true);
        }

        var kept = (await target.SendAsync(HttpMethod.Get, Target.Artifacts(jobs[0], "/content?path=user_logs/std_log.txt"))).Body;
        Assert.StartsWith(seen, kept, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(target.State, "*.tmp", SearchOption.AllDirectories));
    }

    private async Task<string> DefinitionAsync(string job)
    {
        var found = JsonNode.Parse(await target.ExpectAsync(200, HttpMethod.Get, Target.Arm($"/jobs/{job}")))!;
        return new JsonObject { ["properties"] = found["properties"]!.DeepClone() }.ToJsonString();
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static string Whole()
    {
        var lines = new StringBuilder();
        for (var n = 1; n <= 200; n++)
            lines.Append(CultureInfo.InvariantCulture, $"line {n}\n");
        return lines.ToString();
    }

    private static int? PidOf(string file) =>
        File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var id)
            ? id
            : null;
}
