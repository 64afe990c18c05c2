using Fixtures.Checkouts;

namespace EndToEnd.Storage;

/// <summary>The targets as people run them, with a datastore in a storage account.</summary>
public sealed class HostTests(Azurite azurite, DemoData data)
{
    private const string Variable = "DATASTORE_TEST_DATA_ACCOUNT_KEY";

    [Fact]
    public async Task Train_UsesTheUploadedDataset_WhenTheDatastoreIsAStorageAccount()
    {
        await using var checkout = await CheckoutAsync();
        var folder = Path.GetFullPath(Path.Combine(data.Copy(checkout), "..", ".."));
        var files = new[] { "images", "datasets" }.Sum(name => Directory.EnumerateFiles(Path.Combine(folder, "pothole", name)).Count());

        var first = await checkout.SucceedAsync("--target=Upload-Dataset", $"--from={folder}");
        var second = await checkout.SucceedAsync("--target=Upload-Dataset", $"--from={folder}");
        var train = await checkout.SucceedAsync("--target=Train");

        Assert.Contains($"Upload       {files} of {files} files", first.Output, StringComparison.Ordinal);
        Assert.Contains($"Upload       0 of {files} files", second.Output, StringComparison.Ordinal);
        Assert.Contains("credentials: kept", (await checkout.SucceedAsync("--target=Plan")).Output, StringComparison.Ordinal);
        var plan = checkout.ReadPlan();
        Assert.Matches("^train_pothole_[0-9]{12}.csv$", (string?)plan["passport"]!["trainCsv"]);
        Assert.Matches("^[0-9a-f]{64}$", (string?)plan["passport"]!["datasetHash"]);
        Assert.Equal("Completed", (string?)checkout.ReadOutcome()["status"]);
        AssertKeyNowhere(checkout, first, second, train);

        // Again with one picture changed: a new dataset, of which the emulator fetches only that picture.
        var fetched = Mirror(checkout).ToDictionary(file => file.FullName, file => file.LastWriteTimeUtc, StringComparer.Ordinal);
        var picture = Directory.EnumerateFiles(Path.Combine(folder, "pothole", "images")).Order(StringComparer.Ordinal).First();
        await File.AppendAllTextAsync(picture, "changed", TestContext.Current.CancellationToken);
        var third = await checkout.SucceedAsync("--target=Upload-Dataset", $"--from={folder}");
        await checkout.SucceedAsync("--target=Train");

        Assert.Contains($"Upload       1 of {files} files", third.Output, StringComparison.Ordinal);
        Assert.Equal(
            [Path.GetFileName(picture)],
            Mirror(checkout).Where(file => file.LastWriteTimeUtc != fetched[file.FullName]).Select(file => file.Name)
        );
        var again = checkout.ReadPlan();
        Assert.NotEqual((string?)plan["passport"]!["datasetHash"], (string?)again["passport"]!["datasetHash"]);
    }

    private static IEnumerable<FileInfo> Mirror(Checkout checkout) =>
        new DirectoryInfo(Path.Combine(checkout.Root, ".local", "emulator", "mirrors"))
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.Extension != ".json");

    [Fact]
    public async Task RegisterDatastore_RegistersOneDatastore_AndResendsItsKey_WhenRequested()
    {
        await using var checkout = await CheckoutAsync();

        var created = await checkout.SucceedAsync("--target=Register-Datastore", "--datastore=test_data");
        var kept = await checkout.SucceedAsync("--target=Register-Datastore", "--datastore=test_data");
        var updated = await checkout.SucceedAsync("--target=Register-Datastore", "--datastore=test_data", "--update-credentials");
        var unknown = await checkout.RunAsync("--target=Register-Datastore", "--datastore=other");
        var train = await checkout.RunAsync("--target=Train", "--datastore=test_data");

        Assert.Contains(
            "holds no dataset yet; dotnet cake --target=Upload-Dataset --from=FOLDER copies one there",
            created.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("Datastore    test_data: created", created.Output, StringComparison.Ordinal);
        Assert.Contains("Datastore    test_data: unchanged", kept.Output, StringComparison.Ordinal);
        Assert.Contains("  credentials: kept; the service never returns a registered account key", kept.Output, StringComparison.Ordinal);
        Assert.Contains("Datastore    test_data: updated", updated.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"  credentials: the registered account key → the one in the environment variable {Variable}",
            updated.Output,
            StringComparison.Ordinal
        );
        Assert.NotEqual(0, unknown.ExitCode);
        Assert.Contains(
            "--datastore is \"other\"; it must be one of DATASTORES in the environment config: demo_data, test_data.",
            unknown.Output,
            StringComparison.Ordinal
        );
        Assert.NotEqual(0, train.ExitCode);
        Assert.Contains(
            "--datastore is \"test_data\"; it must be given with --target=Register-Datastore, or be left out.",
            train.Output,
            StringComparison.Ordinal
        );
        AssertKeyNowhere(checkout, created, kept, updated, unknown, train);
    }

    [Fact]
    public async Task UploadDataset_SendsNothing_WhenTheDatasetIsFaulty()
    {
        await using var checkout = await CheckoutAsync();
        using var dataset = new TestDataset();
        dataset.Write(
            "road/datasets/train_road_240102030405.csv",
            "filename,xmin,ymin,xmax,ymax,class\n000.gif,0,0,9,4,pothole\nabsent.gif,0,0,4,4,pothole\n"
        );

        var run = await checkout.RunAsync("--target=Upload-Dataset", $"--from={dataset.Root}", "--set=IMAGE_TYPE=road");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(
            "road/datasets/train_road_240102030405.csv(2): image '000.gif': box 0,0,9,4 reaches outside the image of 8 x 6 pixels",
            run.Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "road/datasets/train_road_240102030405.csv(3): image 'absent.gif' is not in road/images",
            run.Output,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("Upload  ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckData_WritesTheReportsOfTheFolder_AndReadsOnlyChangedFilesAgain_WhenTheDatastoreIsAStorageAccount()
    {
        await using var checkout = await CheckoutAsync();
        var folder = Path.GetFullPath(Path.Combine(data.Copy(checkout), "..", ".."));
        await checkout.SucceedAsync("--target=Upload-Dataset", $"--from={folder}");
        await checkout.SucceedAsync("--target=Check-Data", $"--from={folder}");
        var ofFolder = Reports(checkout);

        var first = await checkout.SucceedAsync("--target=Check-Data");
        var reports = Reports(checkout);
        var second = await checkout.SucceedAsync("--target=Check-Data");

        Assert.Equal(ofFolder, reports);
        Assert.Matches("Storage +reading ([0-9]+) of \\1 files of container", first.Output);
        Assert.DoesNotContain("Storage  ", second.Output, StringComparison.Ordinal);
        Assert.Equal(ofFolder, Reports(checkout));

        // A picture that is another one's bytes: read alone, and found.
        var images = Directory.EnumerateFiles(Path.Combine(folder, "pothole", "images")).Order(StringComparer.Ordinal).ToList();
        File.Copy(images[0], images[1], overwrite: true);
        await checkout.SucceedAsync("--target=Upload-Dataset", $"--from={folder}");
        var third = await checkout.RunAsync("--target=Check-Data", "--fail-on=same-bytes");

        Assert.NotEqual(0, third.ExitCode);
        Assert.Contains("reading 1 of", third.Output, StringComparison.Ordinal);
        Assert.Contains("same-bytes: 2 files of different names are byte for byte 1 image", third.Output, StringComparison.Ordinal);
        AssertKeyNowhere(checkout, first, second, third);
    }

    [Fact]
    public async Task CheckData_NamesWhatIsMissing_WhenTheContainerHoldsNoDataset()
    {
        await using var checkout = await CheckoutAsync();

        var run = await checkout.RunAsync("--target=Check-Data");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("holds nothing in pothole/images and pothole/datasets", run.Output, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Reports(Checkout checkout) =>
        new[] { "data.md", "data.html", "data.json", "data.sarif" }.ToDictionary(
            name => name,
            name => File.ReadAllText(Path.Combine(checkout.Root, "artifacts", name)),
            StringComparer.Ordinal
        );

    private async Task<Checkout> CheckoutAsync()
    {
        var plan = await azurite.CreateContainerAsync();
        var checkout = new Checkout();
        checkout.WriteExperiment(
            ("DATA_MOUNT", "\"test_data\""),
            ("RUN_PARAMS.STEPS", "3"),
            ("RUN_PARAMS.WARMUP_STEPS", "1"),
            ("RUN_PARAMS.BATCH_SIZE", "2"),
            ("MODEL_PARAMS.IMAGE_SIZE", "64")
        );
        checkout.WriteEnvironment(
            (
                "DATASTORES.test_data",
                $$"""
                {"ACCOUNT":"{{Azurite.Account}}","CONTAINER":"{{plan.Container}}","AUTH":"account-key","ENDPOINT":"http://{{plan.EndpointSuffix}}"}
                """
            )
        );
        checkout.Variables[Variable] = Azurite.Key;
        return checkout;
    }

    private static void AssertKeyNowhere(Checkout checkout, params HostRun[] runs)
    {
        Assert.All(runs, run => Assert.DoesNotContain(Azurite.Key, run.Output, StringComparison.Ordinal));
        foreach (var folder in new[] { "artifacts", ".local" }.Select(name => Path.Combine(checkout.Root, name)).Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
                Assert.DoesNotContain(Azurite.Key, File.ReadAllText(file), StringComparison.Ordinal);
        }
    }
}
