namespace Fixtures.Checkouts;

/// <summary>The demo's pictures, drawn once for all tests of a run that only read them.</summary>
public sealed class DemoData : IAsyncLifetime
{
    /// <summary>
    /// The change that lets an experiment read the first 25 pictures in place of all 300: for tests that are not about the model.
    /// </summary>
    public static readonly (string Path, string Json) FewImages = ("DATA_MOUNT", $"\"{FewDatastore}\"");

    private const string FewDatastore = "few_images";
    private const int FewCount = 25; // of which every fifth is a test image
    private const string Demo = "demo";
    private const string ImageType = "pothole";

    private Checkout? checkout;

    public string Folder { get; private set; } = "";

    /// <summary>The folder of the first few pictures.</summary>
    public string Few => Path.Combine(Folder, FewDatastore);

    /// <summary>Creates them, unless another suite of this run has done so.</summary>
    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("TEST_RUN_FOLDER") is not { Length: > 0 } shared)
        {
            checkout = new Checkout();
            Folder = await CreateAsync(checkout);
            return;
        }

        Folder = Path.Combine(shared, "demo-data");
        await using var turn = await WaitForTurnAsync(Folder + ".lock");
        if (Directory.Exists(Folder))
            return;
        await using var once = new Checkout();
        Directory.Move(await CreateAsync(once), Folder);
    }

    /// <summary>Lets a checkout read them.</summary>
    public void Lend(Checkout borrower)
    {
        Directory.CreateDirectory(Path.Combine(borrower.Root, ".local"));
        Directory.CreateSymbolicLink(Path.Combine(borrower.Root, ".local", "datastores"), Folder);
        borrower.AddDatastore(FewDatastore, $".local/datastores/{FewDatastore}");
    }

    /// <summary>Gives a checkout a copy of the first few, which it may change, in the datastore of <see cref="FewImages"/>.</summary>
    /// <returns>The folder of the images.</returns>
    public string Copy(Checkout owner)
    {
        var copy = Path.Combine(owner.Root, ".local", "datastores", FewDatastore);
        foreach (var file in Directory.EnumerateFiles(Few, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(Few, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        owner.AddDatastore(FewDatastore, $".local/datastores/{FewDatastore}");
        return Path.Combine(copy, ImageType, "images");
    }

    private static async Task<string> CreateAsync(Checkout checkout)
    {
        checkout.WriteExperiment();
        await checkout.SucceedAsync("--target=Create-Demo-Data");
        var folder = Path.Combine(checkout.Root, ".local", "datastores");
        await TakeFewAsync(Path.Combine(folder, Demo, ImageType), Path.Combine(folder, FewDatastore, ImageType));
        return folder;
    }

    private static async Task<FileStream> WaitForTurnAsync(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(100);
            }
        }
    }

    private static async Task TakeFewAsync(string all, string few)
    {
        var names = Directory.EnumerateFiles(Path.Combine(all, "images")).Select(file => Path.GetFileName(file));
        var taken = names.Order(StringComparer.Ordinal).Take(FewCount).ToHashSet(StringComparer.Ordinal);
        Directory.CreateDirectory(Path.Combine(few, "images"));
        foreach (var name in taken)
            File.Copy(Path.Combine(all, "images", name), Path.Combine(few, "images", name));
        Directory.CreateDirectory(Path.Combine(few, "datasets"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(all, "datasets")))
        {
            var lines = await File.ReadAllLinesAsync(file);
            await File.WriteAllLinesAsync(
                Path.Combine(few, "datasets", Path.GetFileName(file)),
                lines.Where((line, place) => place == 0 || taken.Contains(line.Split(',')[0]))
            );
        }
    }

    public ValueTask DisposeAsync() => checkout?.DisposeAsync() ?? ValueTask.CompletedTask;
}
