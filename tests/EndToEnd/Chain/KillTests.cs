using System.Globalization;
using System.Security.Cryptography;
using Fixtures.Checkouts;

namespace EndToEnd.Chain;

/// <summary>
/// SIGKILL ends the host at a random moment. The same command afterwards gives what an undisturbed one gives: one job, its whole log, no
/// file twice or in half, no process left.
/// </summary>
public sealed class KillTests(DemoData data)
{
    private const string Dataset = "demo";

    public static TheoryData<int> Seeds => [.. Fixtures.Seeds.Of(perChange: 1, perNight: 50)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Train_GivesOneJobAndItsWholeLog_WhenTheHostWasKilled(int seed)
    {
        await using var checkout = new Checkout();
        data.Lend(checkout);
        checkout.WriteExperiment(
            ("RUN_PARAMS.STEPS", "3"),
            ("RUN_PARAMS.WARMUP_STEPS", "1"),
            ("RUN_PARAMS.BATCH_SIZE", "2"),
            ("MODEL_PARAMS.IMAGE_SIZE", "64"),
            DemoData.FewImages,
            ("RUN_PARAMS.SEED", seed.ToString(CultureInfo.InvariantCulture))
        );
        var random = new Random(seed);
        // From before the first request to the middle of the training: what a host prints tells where it is, whatever the machine's speed.
        string[] moments = ["Plan ", "Emulator ", "Datastore ", "Job ", "  | ", "  | step 1/3"];
        await KillAsync(checkout, moments[seed % moments.Length], random.Next(200), "--target=Train");

        var again = await checkout.SucceedAsync("--target=Train");

        var outcome = checkout.ReadOutcome();
        Assert.Equal("Completed", (string?)outcome["status"]);
        Assert.Matches("^demo-[0-9a-f]{12}$", (string)outcome["job"]!);
        var log = await File.ReadAllLinesAsync(
            Path.Combine(checkout.Root, (string)outcome["artifacts"]!, "user_logs", "std_log.txt"),
            TestContext.Current.CancellationToken
        );
        var streamed = again.Output.Split('\n').Where(line => line.StartsWith("  | ", StringComparison.Ordinal)).Select(line => line[4..]);
        if (!again.Output.Contains("completed before", StringComparison.Ordinal))
            Assert.Equal(log.Where(line => line.Length > 0), streamed.Where(line => line.Length > 0));
        Assert.Single(
            Directory.EnumerateFiles(Path.Combine(checkout.Root, ".local", "emulator"), "std_log.txt", SearchOption.AllDirectories)
        );
        Assert.Empty(TrainerProcesses.Find(checkout));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task UploadDataset_LeavesWholeFiles_WhenTheHostWasKilled(int seed)
    {
        await using var checkout = new Checkout();
        checkout.WriteExperiment();
        var source = Path.Combine(data.Folder, Dataset);
        var target = Path.Combine(checkout.Root, ".local", "datastores", Dataset);
        var (random, expected) = (new Random(seed), Tree(source));
        using (var run = checkout.Start("--target=Upload-Dataset", $"--from={source}"))
        {
            var files = random.Next(Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Count());
            await TrainerProcesses.UntilAsync(() => Count(target) >= files || run.HasExited, $"{files} files are there");
            run.Kill();
            await run.EndAsync();
        }

        // Every file that has its name is whole already.
        Assert.All(Tree(target), file => Assert.Equal(expected[file.Key], file.Value));

        await checkout.SucceedAsync("--target=Upload-Dataset", $"--from={source}");

        Assert.Equal(expected, Tree(target));
        Assert.Equal(expected.Count, Count(target));
        Assert.Contains(
            "Upload       0 of ",
            (await checkout.SucceedAsync("--target=Upload-Dataset", $"--from={source}")).Output,
            StringComparison.Ordinal
        );
    }

    private static async Task KillAsync(Checkout checkout, string moment, int delay, params string[] arguments)
    {
        using var run = checkout.Start(arguments);
        await run.SeeAsync(moment);
        await Task.Delay(delay, TestContext.Current.CancellationToken);
        run.Kill();
        await run.EndAsync();
    }

    private static int Count(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count() : 0;

    // Without the file that is being written, whose name begins with a dot, and the demo's stamp, which is no part of the dataset.
    private static SortedDictionary<string, string> Tree(string folder)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) is var name && !name.StartsWith('.') && name != "demo_data.json")
                files[Path.GetRelativePath(folder, file)] = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
        }

        return files;
    }
}
