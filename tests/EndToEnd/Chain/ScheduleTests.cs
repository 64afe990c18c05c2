using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>A schedule of the demo, from its creation to the job that it submits. Few steps: the way is tested, not the model.</summary>
public sealed class ScheduleTests(DemoData data)
{
    [Fact]
    public async Task Schedule_SubmitsTheExperiment_AndChangesNothingTheSecondTime()
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment(
            ("RUN_PARAMS.STEPS", "3"),
            ("RUN_PARAMS.WARMUP_STEPS", "1"),
            ("RUN_PARAMS.BATCH_SIZE", "2"),
            ("MODEL_PARAMS.IMAGE_SIZE", "64"),
            DemoData.FewImages
        );

        // A recurrence without a start fires at its creation.
        var created = await checkout.SucceedAsync("--target=Schedule", "--every=1day", $"--record={checkout.Traffic}");
        var again = await checkout.SucceedAsync("--target=Schedule", "--every=1day");
        var paused = await checkout.SucceedAsync("--target=Schedule", "--action=pause");
        var listed = await checkout.SucceedAsync("--target=Schedule");

        Assert.Contains("Schedule     demo: created, active\n  fires      every day, UTC\n", created.Output, StringComparison.Ordinal);
        Assert.Contains("Schedule     demo: unchanged, active", again.Output, StringComparison.Ordinal);
        Assert.Contains("Schedule     demo: updated, paused", paused.Output, StringComparison.Ordinal);
        Assert.Contains("Schedule     demo: paused\n", listed.Output, StringComparison.Ordinal);
        var job = Path.GetFileName(Assert.Single(Directory.GetDirectories(Path.Combine(checkout.Root, ".local", "emulator", "jobs"))));
        Assert.Matches("^demo-[0-9]{8}T[0-9]{6}Z$", job);

        await checkout.SucceedAsync("--target=Follow", $"--job={job}");

        Assert.Equal("Completed", (string?)checkout.ReadOutcome()["status"]);
        Assert.EndsWith("train_pothole_240102030405.csv", (string?)checkout.ReadOutcome()["datasets"]!["train"], StringComparison.Ordinal);

        var deleted = await checkout.SucceedAsync("--target=Schedule", "--action=delete");
        Assert.Contains("Schedule     demo: deleted; its jobs stay", deleted.Output, StringComparison.Ordinal);
    }
}
