using System.Diagnostics;
using System.Text;
using EndToEnd.Attacks;

namespace EndToEnd.Resilience;

/// <summary>
/// The disk of the state fills up at a random moment, so that a random write is the first to fail. Later it has space again. The state is
/// on its own small file system.
/// </summary>
public sealed class FullDiskTests
{
    private const int Megabytes = 6;
    private static readonly string[] Ended = ["Completed", "Failed", "Canceled"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Fixtures.Seeds.Of(perChange: 2, perNight: 50)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Jobs_EndWithTheReason_WhenTheDiskIsFull(int number)
    {
        await RequireMountAsync();
        var random = new Random(number);
        await using var target = new Target { FileSystem = Megabytes };
        await target.InitializeAsync();
        var writes = "for i in $(seq 100000); do echo line $i of a log that grows until there is no more space for it; done; sleep 600";
        await target.SubmitAsync("writes", $"sleep 0.{random.Next(1, 9)}; {writes}");
        await target.StartAsync("waits", "true");
        await target.SubmitAsync("times-out", "sleep 600", ""","limits":{"jobLimitsType":"Command","timeout":"PT2S"}""");
        await Task.Delay(random.Next(400), Stop);
        FillUp(target, random.Next(40_000));

        // The log cannot be written, so the job ends, with the reason.
        Assert.Equal("Failed", await target.EndAsync("writes"));
        Assert.Contains("No space left on device", await target.ErrorAsync("writes"), StringComparison.Ordinal);
        // Its time limit counts, although nothing can be written.
        Assert.Equal("Failed", await target.EndAsync("times-out"));
        Assert.Contains("limits.timeout", await target.ErrorAsync("times-out"), StringComparison.Ordinal);
        // A cancellation works.
        await target.CancelAsync("waits");
        // A request that cannot be stored is refused with the reason.
        var (status, body) = (0, "");
        for (var attempt = 0; status is 0 or 201; attempt++)
        {
            (status, body) = await target.SendJsonAsync(
                HttpMethod.Put,
                Target.Arm($"/jobs/refused{attempt}"),
                Target.JobBody("true", $$""","description":"{{new string('d', 60_000)}}" """)
            );
        }

        Assert.Equal(507, status);
        Assert.Contains("No space left on device", body, StringComparison.Ordinal);

        File.Delete(Path.Combine(target.State, "filler"));
        File.Delete(Path.Combine(target.JobFolder("writes"), "user_logs", "std_log.txt"));

        await target.SubmitAsync("next", "echo works");
        Assert.Equal("Completed", await target.EndAsync("next"));
        foreach (var job in new[] { "writes", "waits", "times-out" })
        {
            var status1 = await target.StatusAsync(job);
            Assert.Contains(status1, Ended);
            await Target.UntilAsync(
                async () =>
                    (await File.ReadAllTextAsync(Path.Combine(target.JobFolder(job), "run.json"), Stop)).Contains(
                        $"\"status\": \"{status1}\"",
                        StringComparison.Ordinal
                    ),
                $"the state of {job} is not written"
            );
        }

        Assert.Empty(Directory.EnumerateFiles(target.State, "*.tmp", SearchOption.AllDirectories));
        await target.SignalAsync("TERM");
    }

    private static void FillUp(Target target, int left)
    {
        var path = Path.Combine(target.State, "filler");
        using (var filler = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            var block = Encoding.ASCII.GetBytes(new string('f', 4096));
            try
            {
                while (true)
                    filler.Write(block);
            }
            catch (IOException)
            {
                filler.SetLength(Math.Max(0, filler.Length - left));
            }
        }
    }

    private static async Task RequireMountAsync()
    {
        using var probe = Process.Start(
            new ProcessStartInfo(
                "unshare",
                [Environment.UserName == "root" ? "-m" : "-rm", "sh", "-c", "mount -t tmpfs -o size=1m probe /mnt"]
            )
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            }
        )!;
        await probe.WaitForExitAsync(Stop);
        Assert.SkipWhen(probe.ExitCode != 0, "This machine does not let tests mount a file system in a namespace of their own.");
    }
}
