using System.Text.Json.Nodes;
using Fixtures.Checkouts;
using Fixtures.Shares;

namespace EndToEnd.Storage;

/// <summary>The targets as people run them, with a datastore that is a file share.</summary>
public sealed class ShareTests(DemoData data) : IAsyncLifetime
{
    private const string Variable = "DATASTORE_TEST_DATA_ACCOUNT_KEY";

    private FileShareServer server = null!;

    public async ValueTask InitializeAsync() => server = await FileShareServer.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task CheckData_WritesTheReportsOfTheFolder_WhenTheDatastoreIsAFileShare()
    {
        await using var checkout = NewCheckout();
        var folder = CopyDataset(checkout);
        await checkout.SucceedAsync("--target=Check-Data", $"--from={folder}");
        var ofFolder = Reports(checkout);
        server.PageSize = 7;

        var upload = await checkout.SucceedAsync("--target=Upload-Dataset", $"--from={folder}");
        var first = await checkout.SucceedAsync("--target=Check-Data");
        var reports = Reports(checkout);
        var second = await checkout.SucceedAsync("--target=Check-Data");

        Assert.Equal(ofFolder, reports);
        Assert.Equal(ofFolder, Reports(checkout));
        Assert.Matches("^[0-9a-f]{64}$", (string?)JsonNode.Parse(reports["data.json"])!["hash"]);
        Assert.Matches("Storage +reading ([0-9]+) of \\1 files of file share 'train'", first.Output);
        Assert.DoesNotContain("Storage  ", second.Output, StringComparison.Ordinal);

        // Another program overwrites an image through the mounted share, by the bytes of another image. It sets no Content-MD5.
        var images = Directory.EnumerateFiles(Path.Combine(folder, "pothole", "images")).Order(StringComparer.Ordinal).ToList();
        server.Write($"pothole/images/{Path.GetFileName(images[1])}", await File.ReadAllBytesAsync(images[0], Stop));
        var third = await checkout.RunAsync("--target=Check-Data", "--fail-on=same-bytes");

        Assert.NotEqual(0, third.ExitCode);
        Assert.Contains("reading 1 of", third.Output, StringComparison.Ordinal);
        Assert.Contains("same-bytes: 2 files of different names are byte for byte 1 image", third.Output, StringComparison.Ordinal);
        AssertKeyNowhere(checkout, upload, first, second, third);
    }

    [Fact]
    public async Task Plan_ReportsTheFaultsOfTheFolder_AndCheckDataToo_WhenTheDatastoreIsAFileShare()
    {
        await using var checkout = NewCheckout();
        var folder = CopyDataset(checkout);
        var train = Directory.EnumerateFiles(Path.Combine(folder, "pothole", "datasets"), "train_*.csv").Single();
        await File.AppendAllTextAsync(train, "absent.png,0,0,4,4,pothole\npizza/1.png,9,9,2,2,pothole\n", Stop);
        server.WriteFolder(folder);
        // The datastore of the few images is this folder.
        checkout.WriteExperiment(DemoData.FewImages);
        var doctor = await checkout.RunAsync("--target=Doctor");
        var ofFolder = await checkout.RunAsync("--target=Check-Data");
        WriteExperiment(checkout);

        var plan = await checkout.RunAsync("--target=Plan");
        var check = await checkout.RunAsync("--target=Check-Data");

        var faults = FaultsOf(doctor);
        Assert.Equal(3, faults.Count);
        Assert.Equal(faults, FaultsOf(plan));
        Assert.Equal(faults, FaultsOf(ofFolder));
        Assert.Equal(faults, FaultsOf(check));
        AssertKeyNowhere(checkout, plan, check);
    }

    [Fact]
    public async Task Plan_SaysThatTheHashIsUnknown_AndDoctorThatPlanChecks_WhenTheDatastoreIsAFileShare()
    {
        await using var checkout = NewCheckout();
        server.WriteFolder(CopyDataset(checkout), hasMd5: true);
        server.Requests.Clear();

        var doctor = await checkout.RunAsync("--target=Doctor");
        Assert.Contains("test_data is in a storage account; Plan checks it", doctor.Output, StringComparison.Ordinal);
        Assert.Empty(server.Requests);

        var plan = await checkout.SucceedAsync("--target=Plan");
        Assert.Matches("hash +of the dataset is unknown: the store lists no MD5 of ", plan.Output);
        var record = checkout.ReadPlan();
        Assert.Null((string?)record["passport"]!["datasetHash"]);
        Assert.StartsWith("the store lists no MD5 of ", (string?)record["hashUnknownReason"], StringComparison.Ordinal);
        Assert.Matches("^train_pothole_[0-9]{12}.csv$", (string?)record["passport"]!["trainCsv"]);
    }

    [Theory]
    [InlineData("nowhere", FileShareServer.Key, "file share 'nowhere' is not in storage account 'sharedpictures'; FILE_SHARE must name")]
    [InlineData(FileShareServer.Share, "d3Jvbmcta2V5LXdyb25nLWtleQ==", "is not one of storage account 'sharedpictures'; it must be one of")]
    [InlineData(FileShareServer.Share, FileShareServer.Key, "holds nothing in pothole/images and pothole/datasets; the images must be in")]
    public async Task CheckData_SaysWhatToDo_WhenTheShareCannotBeRead(string share, string key, string expected)
    {
        await using var checkout = NewCheckout(share);
        checkout.Variables[Variable] = key;

        var run = await checkout.RunAsync("--target=Check-Data");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("DATASTORES.test_data: ", run.Output, StringComparison.Ordinal);
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(key, run.Output, StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static IReadOnlyList<string> FaultsOf(HostRun run) =>
        [
            .. run
                .Output.Split('\n')
                .Select(line => (Line: line, Start: line.IndexOf("pothole/datasets/train_", StringComparison.Ordinal)))
                .Where(found => found.Start >= 0 && found.Line.Contains(".csv(", StringComparison.Ordinal))
                .Select(found => found.Line[found.Start..].TrimEnd())
                .Distinct(StringComparer.Ordinal),
        ];

    private static Dictionary<string, string> Reports(Checkout checkout) =>
        new[] { "data.md", "data.html", "data.json", "data.sarif" }.ToDictionary(
            name => name,
            name => File.ReadAllText(Path.Combine(checkout.Root, "artifacts", name)),
            StringComparer.Ordinal
        );

    /// <summary>Gives the checkout the demo's dataset, with some of its images in a folder below images.</summary>
    /// <returns>The folder in the datastore layout.</returns>
    private string CopyDataset(Checkout checkout)
    {
        var images = data.Copy(checkout);
        Directory.CreateDirectory(Path.Combine(images, "pizza"));
        var moved = Directory
            .EnumerateFiles(images)
            .Order(StringComparer.Ordinal)
            .TakeLast(9)
            .Select(file => Path.GetFileName(file))
            .ToList();
        foreach (var name in moved)
            File.Move(Path.Combine(images, name), Path.Combine(images, "pizza", name));
        var folder = Path.GetFullPath(Path.Combine(images, "..", ".."));
        foreach (var csv in Directory.EnumerateFiles(Path.Combine(folder, "pothole", "datasets")))
        {
            var rows = File.ReadAllLines(csv).Select(row => moved.Contains(row.Split(',')[0]) ? $"pizza/{row}" : row);
            File.WriteAllLines(csv, rows);
        }

        return folder;
    }

    private Checkout NewCheckout(string share = FileShareServer.Share)
    {
        var checkout = new Checkout();
        WriteExperiment(checkout);
        checkout.WriteEnvironment(
            (
                "DATASTORES.test_data",
                $$"""
                {"TYPE":"AzureFile","ACCOUNT":"{{FileShareServer.Account}}","FILE_SHARE":"{{share}}","AUTH":"account-key",
                 "ENDPOINT":"{{server.Endpoint}}"}
                """
            )
        );
        checkout.Variables[Variable] = FileShareServer.Key;
        return checkout;
    }

    private static void WriteExperiment(Checkout checkout) => checkout.WriteExperiment(("DATA_MOUNT", "\"test_data\""));

    private static void AssertKeyNowhere(Checkout checkout, params HostRun[] runs)
    {
        Assert.All(runs, run => Assert.DoesNotContain(FileShareServer.Key, run.Output, StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(checkout.Root, "*.json", SearchOption.AllDirectories))
            Assert.DoesNotContain(FileShareServer.Key, File.ReadAllText(file), StringComparison.Ordinal);
    }
}
