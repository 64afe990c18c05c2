using System.Runtime.Versioning;
using Build.Docker;
using Cake.Core;
using Experiments.Plans;
using Fixtures;
using Fixtures.Registries;
using Images.Registry;

namespace Build.Tests;

[UnsupportedOSPlatform("windows")]
public class DockerClientTests
{
    private static readonly ImageBuildPlan Plan = new(
        "docker/cpu/Dockerfile",
        new SortedDictionary<string, string>(StringComparer.Ordinal) { ["BASE_IMAGE"] = "debian-base:bookworm" },
        "hash",
        "sha-1"
    );

    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public void Build_TakesTheCacheOfTheRegistryAndLeavesItsOwnInTheImage()
    {
        using var fake = new FakeDocker(
            "while [ $# -gt 0 ]; do [ \"$1\" = --iidfile ] && printf sha256:built > \"$2\"; shift; done; echo '#4 [1/2] FROM x' >&2"
        );
        using var registry = new ImageRegistry(new RegistryConnection("localhost:1", "r"));
        using var docker = new DockerClient(fake.Context, new DockerCommand(fake.Path, HasBuildx: false), registry);
        var lines = new List<string>();

        var id = docker.Build(
            Plan,
            "localhost:1/r:sha-1",
            new SortedDictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" },
            ["localhost:1/r:main"],
            fresh: false,
            lines.Add
        );

        Assert.Equal("sha256:built", id);
        Assert.Equal(["#4 [1/2] FROM x"], lines);
        var call = Assert.Single(fake.Calls);
        Assert.Matches(
            "^image build --build-arg BASE_IMAGE=debian-base:bookworm --build-arg BUILDKIT_INLINE_CACHE=1 --cache-from localhost:1/r:main --file docker/cpu/Dockerfile --iidfile \\S+ --label a=b --network host --progress plain --tag localhost:1/r:sha-1 \\.$",
            call[0]
        );
        Assert.Equal("1", call[3]);
    }

    [Fact]
    public void Build_GoesThroughBuildxAndTakesNoCache_WhenItIsThereAndAFreshOneIsAskedFor()
    {
        using var fake = new FakeDocker("while [ $# -gt 0 ]; do [ \"$1\" = --iidfile ] && printf sha256:built > \"$2\"; shift; done");
        using var registry = new ImageRegistry(new RegistryConnection("localhost:1", "r"));
        using var docker = new DockerClient(fake.Context, new DockerCommand(fake.Path, HasBuildx: true), registry);

        docker.Build(
            Plan,
            "localhost:1/r:sha-1",
            new SortedDictionary<string, string>(StringComparer.Ordinal),
            ["localhost:1/r:main"],
            fresh: true,
            _ => { }
        );

        var call = Assert.Single(fake.Calls)[0];
        Assert.StartsWith("buildx build ", call, StringComparison.Ordinal);
        Assert.Contains(" --load --network host --no-cache --progress plain ", call, StringComparison.Ordinal);
        Assert.DoesNotContain("--cache-from", call, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_Fails_WhenDockerDoes()
    {
        using var fake = new FakeDocker("exit 17");
        using var registry = new ImageRegistry(new RegistryConnection("localhost:1", "r"));
        using var docker = new DockerClient(fake.Context, new DockerCommand(fake.Path, HasBuildx: false), registry);

        var error = Assert.Throws<CakeException>(() =>
            docker.Build(Plan, "r", new SortedDictionary<string, string>(StringComparer.Ordinal), [], fresh: false, _ => { })
        );

        Assert.Equal("The image could not be built (docker ended with exit code 17); the reason is above.", error.Message);
    }

    [Fact]
    public async Task Push_TriesAgainWithANewSignIn_AndVerifiesWhatArrived()
    {
        await using var server = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        var image = await SmallImage.PushAsync(server.Address, "r", "sha-1", cancellationToken: cancellation);
        using var fake = new FakeDocker(
            "if [ \"$1\" = push ]; then echo '1234: Layer already exists'; if [ $count -lt 3 ]; then echo 'received unexpected HTTP status: 503' >&2; exit 1; fi; fi"
        );
        using var registry = new ImageRegistry(
            new RegistryConnection(server.Name, "r") { Login = new RegistryLogin("robot", "planted-password") }
        );
        using var docker = new DockerClient(fake.Context, new DockerCommand(fake.Path, HasBuildx: false), registry);
        var time = new SkippingTime();
        var said = new List<string>();

        var manifest = await new ImagePusher(docker, registry, time, said.Add, said.Add).PushAsync(
            $"{server.Name}/r:sha-1",
            "sha-1",
            image.ConfigDigest,
            cancellation
        );

        Assert.Equal(image.Digest, manifest.Digest);
        var login = $"login --username robot --password-stdin {server.Name}";
        Assert.Equal([login, $"push {server.Name}/r:sha-1", login, $"push {server.Name}/r:sha-1"], fake.Calls.Select(call => call[0]));
        Assert.Equal([TimeSpan.FromSeconds(1)], time.Waits);
        Assert.Equal(["planted-password", "", "planted-password", ""], fake.Calls.Select(call => call[1]));
        Assert.Contains(
            "The push failed (received unexpected HTTP status: 503); trying again in 1 s. Layers that arrived are not sent again.",
            said
        );
        Assert.DoesNotContain(said, line => line.Contains("planted-password", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Push_LeavesNoLoginBehind()
    {
        await using var server = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        var image = await SmallImage.PushAsync(server.Address, "r", "sha-1", cancellationToken: cancellation);
        using var fake = new FakeDocker("[ \"$1\" = login ] && echo \"$input\" > \"$DOCKER_CONFIG/config.json\"; true");
        using var registry = new ImageRegistry(
            new RegistryConnection(server.Name, "r") { Login = new RegistryLogin("robot", "planted-password") }
        );
        using (var docker = new DockerClient(fake.Context, new DockerCommand(fake.Path, HasBuildx: false), registry))
        {
            await new ImagePusher(docker, registry, new SkippingTime(), _ => { }, _ => { }).PushAsync(
                $"{server.Name}/r:sha-1",
                "sha-1",
                image.ConfigDigest,
                cancellation
            );
            Assert.True(Directory.Exists(fake.Calls[0][2]));
        }

        Assert.False(Directory.Exists(fake.Calls[0][2]));
        Assert.NotEmpty(fake.Calls[0][2]);
    }

    [Fact]
    public async Task Push_Fails_WhenAnotherImageIsThere()
    {
        await using var server = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        var image = await SmallImage.PushAsync(server.Address, "r", "sha-1", cancellationToken: cancellation);
        using var fake = new FakeDocker("true");
        using var registry = new ImageRegistry(new RegistryConnection(server.Name, "r"));
        using var docker = new DockerClient(fake.Context, new DockerCommand(fake.Path, HasBuildx: false), registry);

        var error = await Assert.ThrowsAsync<CakeException>(() =>
            new ImagePusher(docker, registry, new SkippingTime(), _ => { }, _ => { }).PushAsync("x", "sha-1", "sha256:built", cancellation)
        );

        Assert.StartsWith(
            $"{server.Name}/r:sha-1 is the image {image.ConfigDigest}; it must be sha256:built, which was built here.",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(fake.Calls, call => call[0].StartsWith("login", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Push_GivesUp_WhenANewSignInIsRefusedToo()
    {
        using var fake = new FakeDocker(
            "[ \"$1\" = push ] && { echo 'denied: requested access to the resource is denied' >&2; exit 1; }; true"
        );
        using var registry = new ImageRegistry(new RegistryConnection("localhost:1", "r"));
        using var docker = new DockerClient(fake.Context, new DockerCommand(fake.Path, HasBuildx: false), registry);
        var time = new SkippingTime();

        var error = await Assert.ThrowsAsync<CakeException>(() =>
            new ImagePusher(docker, registry, time, _ => { }, _ => { }).PushAsync("x", "sha-1", "sha256:built", cancellation)
        );

        Assert.StartsWith(
            "localhost:1/r refused the push three times, twice of them with a new sign-in: denied:",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(2, time.Waits.Count);
    }

    [Fact]
    public async Task Tagger_SetsOnlyWhatLeadsElsewhere()
    {
        await using var server = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        await SmallImage.PushAsync(server.Address, "r", "main", "an older layer", cancellationToken: cancellation);
        var image = await SmallImage.PushAsync(server.Address, "r", "sha-1", cancellationToken: cancellation);
        using var registry = new ImageRegistry(new RegistryConnection(server.Name, "r"));
        var manifest = (await registry.FindAsync("sha-1", cancellation))!;

        Assert.Equal(["main", "latest"], await ImageTagger.SetAsync(registry, manifest, ["main", "latest"], cancellation));
        Assert.Empty(await ImageTagger.SetAsync(registry, manifest, ["main", "latest"], cancellation));
        Assert.Equal(image.Digest, await registry.FindDigestAsync("main", cancellation));
    }

    [Theory]
    [InlineData("1.2", "exit 1", "exit 0", true)]
    [InlineData("20.10.24", "exit 1", "exit 1", false)]
    public async Task Command_IsOneThatBuildsWithBuildKit(string version, string firstBuildx, string secondBuildx, bool hasBuildx)
    {
        // The first is new and has no buildx; the second has it, or is old enough to need none.
        using var first = new FakeDocker($"[ \"$1\" = buildx ] && {firstBuildx}; echo 'Docker version 28.2.2, build 1'");
        using var second = new FakeDocker($"[ \"$1\" = buildx ] && {secondBuildx}; echo 'Docker version {version}, build 1'");

        var command = await DockerCommand.FindAsync($"{first.Folder}:{second.Folder}", second.Folder, cancellation);

        Assert.Equal(new DockerCommand(second.Path, hasBuildx), command);
    }

    [Fact]
    public async Task Command_IsRefused_WhenNoneCanBuild()
    {
        using var fake = new FakeDocker("[ \"$1\" = buildx ] && exit 1; echo 'Docker version 28.2.2, build 1'");

        var error = await Assert.ThrowsAsync<CakeException>(() => DockerCommand.FindAsync(fake.Folder, fake.Folder, cancellation));

        Assert.StartsWith(
            $"No docker client here can build with BuildKit: {fake.Path} (Docker version 28.2.2, build 1); there must be one with buildx",
            error.Message,
            StringComparison.Ordinal
        );
    }
}
