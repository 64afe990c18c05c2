using Fixtures.Checkouts;
using Fixtures.Registries;

namespace EndToEnd.Images.Chain;

/// <summary>
/// A registry that needs tokens, the service that issues them, and a checkout whose image is pushed there: the code and as many random
/// megabytes as the test requests.
/// </summary>
public sealed class GuardedRegistry : IAsyncDisposable
{
    public const string Repository = "guarded";
    public const string User = "builder";

    private const string Dockerfile = """
        ARG BASE_IMAGE
        FROM ${BASE_IMAGE} AS filling
        ARG MEGABYTES=1
        RUN head -c ${MEGABYTES}M /dev/urandom > /filling
        FROM scratch
        COPY --from=filling /filling /filling
        COPY src/training /opt/trainer

        """;

    private GuardedRegistry(TokenService tokens, DistributionRegistry registry, Checkout checkout)
    {
        Tokens = tokens;
        Registry = registry;
        Checkout = checkout;
    }

    public TokenService Tokens { get; }

    public DistributionRegistry Registry { get; }

    public Checkout Checkout { get; }

    /// <summary>The password of the user.</summary>
    public string Password => Tokens.Users[User].Password;

    /// <summary>Bytes of layers that are being uploaded.</summary>
    public long Arriving =>
        Directory.Exists(Uploads)
            ? Directory.EnumerateFiles(Uploads, "data", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length)
            : 0;

    /// <summary>The tags in the storage, which can be read while the registry does not run.</summary>
    public IReadOnlyList<string> Tags =>
        Directory.Exists(Path.Combine(Folder, "_manifests", "tags"))
            ? [.. Directory.EnumerateDirectories(Path.Combine(Folder, "_manifests", "tags")).Select(folder => Path.GetFileName(folder))]
            : [];

    private string Folder => Path.Combine(Registry.StorageFolder, "docker", "registry", "v2", "repositories", Repository);

    private string Uploads => Path.Combine(Folder, "_uploads");

    public static async Task<GuardedRegistry> StartAsync(Engine engine, DemoData data)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var tokens = await TokenService.StartAsync(cancellationToken: cancellation);
        tokens.Users[User] = new TokenUser($"planted-{Guid.NewGuid():N}", $"repository:{Repository}:pull,push");
        var registry = await DistributionRegistry.StartAsync(new RegistryOptions { TokenService = tokens }, cancellation);
        var checkout = engine.CheckOut(data, registry.Name, Repository);
        checkout.Variables["REGISTRY_USERNAME"] = User;
        checkout.Variables["REGISTRY_PASSWORD"] = tokens.Users[User].Password;
        await File.WriteAllTextAsync(Path.Combine(checkout.Root, "docker", "cpu", "Dockerfile"), Dockerfile, cancellation);
        return new GuardedRegistry(tokens, registry, checkout);
    }

    public async ValueTask DisposeAsync()
    {
        await Checkout.DisposeAsync();
        await Registry.DisposeAsync();
        await Tokens.DisposeAsync();
    }
}
