using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>
/// The disk of the emulator is full: while a job trains, and when the next one is submitted. Its folder is a small file system of its own.
/// </summary>
public sealed class FullDiskTests(DemoData data)
{
    // $1: the host, $2: the checkout, $3: the bytes that a job finds free.
    private const string Script = """
        state="$2/.local/emulator"
        mkdir -p "$state" && mount -t tmpfs -o size=32m,mode=0700 full "$state" || exit 99
        host() { dotnet "$1" --working="$2" "$3"; }
        fill() { cat /dev/zero > "$state/filler" 2> "$2/fill.txt"; }
        host "$1" "$2" --target=Train > "$2/trains.txt" 2>&1 &
        until grep -q '  | step 1/' "$2/trains.txt"; do kill -0 $! || break; sleep 0.1; done
        fill; truncate --size=-"$3" "$state/filler"
        wait $!; echo "trains: $?"; cat "$2/trains.txt"
        rm "$state/filler"; fill
        host "$1" "$2" --target=Train > "$2/submits.txt" 2>&1; echo "submits: $?"; cat "$2/submits.txt"
        rm "$state/filler"
        host "$1" "$2" --target=Train > "$2/again.txt" 2>&1; echo "again: $?"; cat "$2/again.txt"
        host "$1" "$2" --target=Stop-Emulator
        """;

    // Without space the log of the job cannot be written. With a little, the trainer fails first, and says so in its log. Both wait for a
    // minute for space for their last metrics, so they run at the same time.
    [Fact]
    [Trait("When", "Night")]
    public Task Train_SaysThatNoSpaceIsLeft_WhenTheDiskOfTheEmulatorIsFull() =>
        Task.WhenAll(TrainWithoutSpaceAsync(free: 0), TrainWithoutSpaceAsync(free: 131_072));

    private async Task TrainWithoutSpaceAsync(int free)
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment(
            ("RUN_PARAMS.STEPS", "60"),
            ("RUN_PARAMS.WARMUP_STEPS", "1"),
            ("RUN_PARAMS.BATCH_SIZE", "2"),
            ("RUN_PARAMS.EVAL_EVERY", "5"),
            ("MODEL_PARAMS.IMAGE_SIZE", "64"),
            DemoData.FewImages
        );
        string[] own = Environment.UserName == "root" ? ["-m"] : ["-rm"];
        using var run = new HostRun(
            "unshare",
            [.. own, "sh", "-c", Script, "sh", Checkout.Host, checkout.Root, $"{free}"],
            checkout.Root,
            [.. checkout.Variables.Select(pair => (pair.Key, pair.Value))]
        );
        await run.EndAsync();
        Assert.SkipWhen(run.ExitCode == 99, "This machine does not let tests mount a file system in a namespace of their own.");

        var (trains, submits, again) = (Part(run.Output, "trains: "), Part(run.Output, "submits: "), Part(run.Output, "again: "));
        foreach (var part in new[] { trains, submits })
        {
            Assert.False(part.StartsWith('0'), part);
            var error = Assert.Single(part.Split('\n'), line => line.StartsWith("Error: ", StringComparison.Ordinal));
            Assert.Contains("no space left", error, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("   at ", part, StringComparison.Ordinal); // of a stack trace
        }

        Assert.True(again.StartsWith('0'), again);
        Assert.Equal("Completed", (string?)checkout.ReadOutcome()["status"]);
    }

    private static string Part(string output, string head) => output.Split(head)[^1].Split("\nsubmits: ")[0].Split("\nagain: ")[0];
}
