using System.Text.RegularExpressions;
using Azure.Storage;
using Azure.Storage.Blobs;
using Experiments.Model;
using Experiments.Plans;
using Fixtures.Checkouts;
using WorkspaceEmulator.Azurite;

[assembly: AssemblyFixture(typeof(EndToEnd.Storage.Azurite))]
[assembly: AssemblyFixture(typeof(DemoData))]

namespace EndToEnd.Storage;

/// <summary>The storage emulator Azurite, in memory, on its own port; ends with the tests.</summary>
public sealed partial class Azurite : IAsyncLifetime
{
    /// <summary>Account and key are the same in every Azurite, and published.</summary>
    public const string Account = "devstoreaccount1";

    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly string PackageFolder = Path.Combine(
        Checkout.Repository,
        "tests",
        "EndToEnd",
        "Storage",
        "node",
        "node_modules",
        "azurite"
    );

    private HostRun? process;

    /// <summary>The package, for emulators that start an Azurite of their own.</summary>
    public static AzuritePackage Package =>
        AzuritePackage.In(PackageFolder, Environment.GetEnvironmentVariable("PATH"))
        ?? throw new FileNotFoundException($"Azurite or Node is absent: {PackageFolder}");

    /// <summary><c>127.0.0.1:{port}</c>.</summary>
    public string Host { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var program = Path.Combine(PackageFolder, "dist", "src", "blob", "main.js");
        Assert.True(
            File.Exists(program),
            $"{program} is absent; run these tests by dotnet cake --target=Test --suite=Storage.EndToEnd.Tests, which installs it."
        );
        process = new HostRun(
            "node",
            [
                program,
                "--blobHost",
                "127.0.0.1",
                "--blobPort",
                "0",
                "--inMemoryPersistence",
                "--skipApiVersionCheck",
                "--disableTelemetry",
                "--silent",
            ],
            Path.GetTempPath()
        );
        await process.SeeAsync("listens on http");
        Host = Address().Match(process.Output).Groups["host"].Value;
    }

    public ValueTask DisposeAsync()
    {
        process?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A datastore over a new container.</summary>
    public async Task<DatastorePlan> CreateContainerAsync()
    {
        var plan = Plan($"data-{Guid.NewGuid():N}");
        await Container(plan).CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        return plan;
    }

    /// <summary>A datastore over a container that need not exist.</summary>
    public DatastorePlan Plan(string container) =>
        new("test_data", DatastoreKind.AzureBlob, Account, container, $"{Host}/{Account}", "http", DatastoreAuthentication.AccountKey);

    public static BlobContainerClient Container(DatastorePlan plan) =>
        new(new Uri($"http://{plan.EndpointSuffix}/{plan.Container}"), new StorageSharedKeyCredential(Account, Key));

    [GeneratedRegex(
        "listens on http://(?<host>[0-9.:]+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Address();
}
