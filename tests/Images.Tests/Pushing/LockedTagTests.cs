using Cake.Core;
using Fixtures;
using Fixtures.Registries;
using Fixtures.Services;
using Images.Building;
using Images.Pushing;
using Images.Registry;
using NSubstitute;

namespace Images.Tests.Pushing;

/// <summary>Tests with a registry like Azure's, which has locks.</summary>
public sealed class LockedTagTests : IAsyncLifetime
{
    private const string Tag = "sha-0123456789abcdef0123";

    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal) { [ImageLabels.Inputs] = "hash" };

    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private readonly List<string> log = [];
    private TokenService tokens = null!;
    private AzureFront front = null!;
    private ImageRegistry registry = null!;

    public async ValueTask InitializeAsync()
    {
        tokens = await TokenService.StartAsync(cancellationToken: cancellation);
        tokens.Users["builder"] = new TokenUser("right", "repository:*:*", "registry:catalog:*");
        tokens.AadTokens["an-entra-token"] = "builder";
        front = await AzureFront.StartAsync(tokens, cancellationToken: cancellation);
        registry = new ImageRegistry(
            new RegistryConnection(front.Address.Authority, "r")
            {
                Credential = new FakeService.FixedCredential("an-entra-token"),
                Handler = front.CreateHandler(),
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        registry.Dispose();
        await front.DisposeAsync();
        await tokens.DisposeAsync();
    }

    [Fact]
    public async Task Open_UsesTheImageOfAnotherBuild_WhenItHasTheLabels()
    {
        var digest = await PushLockedAsync("hash");

        Assert.Equal(digest, (await OpenAsync(replaces: false))?.Digest);
        Assert.True(await registry.IsLockedAsync(Tag, cancellation));
    }

    [Theory]
    [InlineData("hash", true)]
    [InlineData("junk", false)]
    public async Task Open_Unlocks_WhenTheImageIsReplaced(string inputs, bool replaces)
    {
        await PushLockedAsync(inputs);

        Assert.Null(await OpenAsync(replaces));

        Assert.False(await registry.IsLockedAsync(Tag, cancellation));
        Assert.Equal([$"  {registry.Name}:{Tag} is unlocked, because this image replaces it"], log);
    }

    [Fact]
    public async Task SetLock_KeepsTheTag_WhenAnotherImageIsPushed()
    {
        await PushLockedAsync("hash");
        var other = (await PushAsync("other", "junk"))!;

        await Assert.ThrowsAsync<Workspaces.Errors.WorkspaceException>(() => registry.TagAsync(other, Tag, cancellation));
    }

    [Fact]
    public async Task SetLock_IsFalse_WhenTheRegistryHasNoLocks()
    {
        await using var server = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        await SmallImage.PushAsync(server.Address, "r", Tag, cancellationToken: cancellation);
        using var plain = new ImageRegistry(new RegistryConnection(server.Name, "r"));

        Assert.False(await plain.SetLockAsync(Tag, isLocked: true, cancellation));
        Assert.False(await plain.IsLockedAsync(Tag, cancellation));
    }

    private async Task<string> PushLockedAsync(string inputs)
    {
        var manifest = await PushAsync("pushed", inputs);
        await registry.TagAsync(manifest!, Tag, cancellation);
        Assert.True(await registry.SetLockAsync(Tag, isLocked: true, cancellation));
        return manifest!.Digest;
    }

    // Past the tokens: into the storage of the registry behind the front.
    private async Task<ImageManifest?> PushAsync(string tag, string inputs)
    {
        await using var open = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        var labels = new Dictionary<string, string>(StringComparer.Ordinal) { [ImageLabels.Inputs] = inputs };
        await SmallImage.PushAsync(open.Address, "r", tag, labels: labels, cancellationToken: cancellation);
        await open.KillAsync();
        foreach (var file in Directory.EnumerateFiles(open.StorageFolder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(front.Registry.StorageFolder, Path.GetRelativePath(open.StorageFolder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }

        return await registry.FindAsync(tag, cancellation);
    }

    private Task<ImageManifest?> OpenAsync(bool replaces)
    {
        var run = new ImageRun(
            Substitute.For<ICakeContext>(),
            "/",
            "/",
            log.Add,
            text => log.Add($"warning: {text}"),
            _ => null,
            new SkippingTime(),
            cancellation
        );
        return new LockedTag(run, registry, new ContentImages(registry, Labels), Tag, replaces).OpenAsync();
    }
}
