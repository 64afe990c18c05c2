using System.Runtime.Versioning;
using Cake.Core;
using Fixtures.Registries;
using Images.Docker;
using Images.Pushing;
using Images.Registry;
using Images.Tests.Docker;

namespace Images.Tests.Pushing;

[UnsupportedOSPlatform("windows")]
public sealed class ImagePusherTests
{
    private static readonly RegistryLogin Login = new("robot", "planted-password");

    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Push_RetriesWithANewSignIn_AndVerifiesTheImage()
    {
        await using var server = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        var image = await SmallImage.PushAsync(server.Address, "r", "sha-1", cancellationToken: cancellation);
        using var fake = new FakeDocker(
            """
            [ "$1" = push ] || exit 0
            echo '1234: Layer already exists'
            [ $count -gt 2 ] || { echo 'received unexpected HTTP status: 503' >&2; exit 1; }
            """
        );
        using var registry = new ImageRegistry(new RegistryConnection(server.Name, "r") { Login = Login });
        using var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, HasBuildx: false), registry);

        var manifest = await new ImagePusher(fake.Run, docker, registry).PushAsync($"{server.Name}/r:sha-1", "sha-1", image.ConfigDigest);

        Assert.Equal(image.Digest, manifest.Digest);
        var login = $"login --username robot --password-stdin {server.Name}";
        var push = $"push {server.Name}/r:sha-1";
        Assert.Equal([login, push, login, push], fake.Calls.Select(call => call[0]));
        Assert.Equal([TimeSpan.FromSeconds(1)], fake.Time.Waits);
        Assert.Equal(["planted-password", "", "planted-password", ""], fake.Calls.Select(call => call[1]));
        // The order of docker's two streams is not fixed.
        ExpectedText.Matches("push-retried.txt", fake.Log.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Push_DeletesTheLogin()
    {
        await using var server = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        var image = await SmallImage.PushAsync(server.Address, "r", "sha-1", cancellationToken: cancellation);
        using var fake = new FakeDocker("[ \"$1\" = login ] && echo \"$input\" > \"$DOCKER_CONFIG/config.json\"; true");
        using var registry = new ImageRegistry(new RegistryConnection(server.Name, "r") { Login = Login });
        using (var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, HasBuildx: false), registry))
        {
            await new ImagePusher(fake.Run, docker, registry).PushAsync($"{server.Name}/r:sha-1", "sha-1", image.ConfigDigest);
            Assert.True(Directory.Exists(fake.Calls[0][2]));
            Assert.NotEqual(fake.Folder, fake.Calls[0][2]);
        }

        Assert.False(Directory.Exists(fake.Calls[0][2]));
        Assert.NotEmpty(fake.Calls[0][2]);
    }

    [Fact]
    public async Task Push_Fails_WhenTheRegistryHasAnotherImage()
    {
        await using var server = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        var image = await SmallImage.PushAsync(server.Address, "r", "sha-1", cancellationToken: cancellation);
        using var fake = new FakeDocker("true");
        using var registry = new ImageRegistry(new RegistryConnection(server.Name, "r"));
        using var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, HasBuildx: false), registry);

        var error = await Assert.ThrowsAsync<CakeException>(() =>
            new ImagePusher(fake.Run, docker, registry).PushAsync("x", "sha-1", "sha256:built")
        );

        Assert.Equal(
            $"{server.Name}/r:sha-1 is the image {image.ConfigDigest}; it must be sha256:built, which was built here. "
                + "Another build pushed under the same tag; push again: dotnet cake --target=Docker-Push --rebuild",
            error.Message
        );
        Assert.DoesNotContain(fake.Calls, call => call[0].StartsWith("login", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Push_Fails_WhenNewSignInsAreRefusedToo()
    {
        using var fake = new FakeDocker(
            "[ \"$1\" = push ] && { echo 'denied: requested access to the resource is denied' >&2; exit 1; }; true"
        );
        using var registry = new ImageRegistry(new RegistryConnection("localhost:1", "r"));
        using var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, HasBuildx: false), registry);

        var error = await Assert.ThrowsAsync<CakeException>(() =>
            new ImagePusher(fake.Run, docker, registry).PushAsync("x", "sha-1", "sha256:built")
        );

        Assert.Equal(
            "localhost:1/r refused the push three times, two of them with a new sign-in: "
                + "denied: requested access to the resource is denied. "
                + "Your identity must have the permission to push there (AcrPush on Azure).",
            error.Message
        );
        ExpectedText.Matches("push-refused.txt", fake.Log);
        Assert.Equal(2, fake.Time.Waits.Count);
    }
}
