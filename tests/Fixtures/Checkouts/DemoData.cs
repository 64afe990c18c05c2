namespace Fixtures.Checkouts;

/// <summary>The demo's pictures, drawn once for all tests that only read them.</summary>
public sealed class DemoData : IAsyncLifetime
{
    private readonly Checkout checkout = new();

    public string Folder => Path.Combine(checkout.Root, ".local", "datastores");

    public async ValueTask InitializeAsync()
    {
        checkout.WriteExperiment();
        await checkout.SucceedAsync("--target=Create-Demo-Data");
    }

    /// <summary>Lets a checkout read them.</summary>
    public void Lend(Checkout borrower)
    {
        Directory.CreateDirectory(Path.Combine(borrower.Root, ".local"));
        Directory.CreateSymbolicLink(Path.Combine(borrower.Root, ".local", "datastores"), Folder);
    }

    /// <summary>Gives a checkout a copy that it may change.</summary>
    /// <returns>The folder of the images.</returns>
    public string Copy(Checkout owner)
    {
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(owner.Root, ".local", "datastores", Path.GetRelativePath(Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return Path.Combine(owner.Root, ".local", "datastores", "demo", "pothole", "images");
    }

    public ValueTask DisposeAsync() => checkout.DisposeAsync();
}
