using System.Globalization;
using System.Runtime.Versioning;
using Cake.Core;
using Experiments.Plans.Images;
using Fixtures;
using Fixtures.Checkouts;
using Images.Docker;
using Images.Registry;

namespace Images.Tests.Docker;

[UnsupportedOSPlatform("windows")]
[Collection(nameof(PlainQuotes))]
public sealed class DockerClientTests : IDisposable
{
    private const string WriteIdFile = "while [ $# -gt 0 ]; do [ \"$1\" = --iidfile ] && printf sha256:built > \"$2\"; shift; done";

    private static readonly ImageBuildPlan Plan = new(
        "docker/cpu/Dockerfile",
        new SortedDictionary<string, string>(StringComparer.Ordinal) { ["BASE_IMAGE"] = "debian-base:bookworm" },
        "hash",
        "sha-1"
    );

    private readonly ImageRegistry registry = new(new RegistryConnection("localhost:1", "r"));

    public void Dispose() => registry.Dispose();

    [Fact]
    public void Build_UsesTheCacheOfTheRegistry_AndKeepsItsOwnInTheImage()
    {
        using var fake = new FakeDocker($"{WriteIdFile}; echo '#4 [1/2] FROM x' >&2");
        using var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, HasBuildx: false), registry);
        var lines = new List<string>();

        var id = docker.Build(
            Plan,
            "localhost:1/r:sha-1",
            new SortedDictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" },
            ["localhost:1/r:main"],
            fresh: false,
            attests: false,
            lines.Add
        );

        Assert.Equal("sha256:built", id);
        Assert.Equal(["#4 [1/2] FROM x"], lines);
        var call = Assert.Single(fake.Calls);
        Assert.Matches(
            "^image build --build-arg BASE_IMAGE=debian-base:bookworm --build-arg BUILDKIT_INLINE_CACHE=1 --cache-from localhost:1/r:main "
                + "--file docker/cpu/Dockerfile --iidfile \\S+ --label a=b --network host --progress plain --tag localhost:1/r:sha-1 \\.$",
            call[0]
        );
        Assert.Equal("1", call[3]);
    }

    [Fact]
    public void Build_RunsBuildxWithoutCache_WhenTheClientHasBuildxAndTheBuildIsFresh()
    {
        using var fake = new FakeDocker(WriteIdFile);
        using var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, HasBuildx: true), registry);

        docker.Build(
            Plan,
            "localhost:1/r:sha-1",
            new SortedDictionary<string, string>(StringComparer.Ordinal),
            ["localhost:1/r:main"],
            fresh: true,
            attests: true,
            _ => { }
        );

        var call = Assert.Single(fake.Calls)[0];
        Assert.StartsWith("buildx build ", call, StringComparison.Ordinal);
        Assert.Contains(" --load --network host --no-cache --progress plain ", call, StringComparison.Ordinal);
        Assert.DoesNotContain("--cache-from", call, StringComparison.Ordinal);
        Assert.EndsWith(" . --attest type=provenance,mode=max --attest type=sbom", call, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, """echo '[["driver-type","io.containerd.snapshotter.v1"]]'""", null)]
    [InlineData(true, """echo '[["Backing Filesystem","extfs"]]'""", "the engine does not store images with containerd")]
    [InlineData(false, "true", "{0} has no buildx")]
    public void FindAttestationFault_DependsOnClientAndEngine(bool hasBuildx, string info, string? expected)
    {
        using var fake = new FakeDocker(info);
        using var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, hasBuildx), registry);

        Assert.Equal(expected?.Replace("{0}", fake.Path, StringComparison.Ordinal), docker.FindAttestationFault());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Build_KeepsAwayFromThisMachinesNetwork_WhenTheRegistryIsElsewhere(bool hasBuildx)
    {
        using var elsewhere = new ImageRegistry(new RegistryConnection("team.example.com", "r"));
        using var fake = new FakeDocker(WriteIdFile);
        using var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, hasBuildx), elsewhere);

        docker.Build(Plan, "x", new SortedDictionary<string, string>(StringComparer.Ordinal), [], fresh: false, attests: false, _ => { });

        Assert.DoesNotContain("--network", Assert.Single(fake.Calls)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_EndsDockerAndDeletesTheLogin_WhenTheRunIsCancelled()
    {
        var time = new ManualTime();
        using var stop = new CancellationTokenSource();
        using var guarded = new ImageRegistry(new RegistryConnection("localhost:1", "r") { Login = new RegistryLogin("robot", "secret") });
        // It ignores the signal, as docker does in the middle of a layer, and has a child that does too.
        using var fake = new FakeDocker(
            """
            trap '' TERM
            [ "$1" = login ] && { echo "$input" > "$DOCKER_CONFIG/config.json"; exit 0; }
            echo $$ > "${log%/log}/pid"; echo pushing; sleep 600 & echo $! >> "${log%/log}/pid"; wait
            """
        );
        using var docker = new DockerClient(
            fake.Run with
            {
                Cancellation = stop.Token,
                Time = time,
            },
            new DockerCommand(fake.Path, HasBuildx: false),
            guarded
        );
        await docker.LogInAsync();
        var login = fake.Calls[0][2];
        Assert.True(File.Exists(Path.Combine(login, "config.json")));
        var wasDeletedFirst = false;

        Assert.Throws<OperationCanceledException>(() =>
            docker.Push(
                "x",
                _ =>
                {
                    stop.Cancel();
                    wasDeletedFirst = !Directory.Exists(login) && IsAlive(fake, line: 0);
                    time.Pass(TimeSpan.FromMinutes(1));
                },
                _ => { }
            )
        );

        Assert.True(wasDeletedFirst);
        Assert.False(IsAlive(fake, line: 0));
        // Killed, but the kernel ends it in its own time.
        await TrainerProcesses.UntilAsync(() => !IsAlive(fake, line: 1), "docker's child ends");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Build_PassesEveryValue_Unchanged(bool hasBuildx)
    {
        const string Odd = """a "quoted" \"value\\" with $(spaces) `and` 'more'\\""";
        using var fake = new FakeDocker(WriteIdFile);
        using var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, hasBuildx), registry);

        docker.Build(
            Plan with
            {
                Dockerfile = $"docker/{Odd}/Dockerfile",
                Arguments = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["A"] = Odd, ["EMPTY"] = "" },
            },
            "localhost:1/r:sha-1",
            new SortedDictionary<string, string>(StringComparer.Ordinal) { ["l"] = Odd },
            [],
            fresh: false,
            attests: false,
            _ => { }
        );

        var arguments = Assert.Single(fake.Arguments);
        Assert.Contains($"A={Odd}", arguments);
        Assert.Contains("EMPTY=", arguments);
        Assert.Contains($"l={Odd}", arguments);
        Assert.Contains($"docker/{Odd}/Dockerfile", arguments);
        Assert.Equal(".", arguments[^1]);
        Assert.Equal("1", Assert.Single(fake.Calls)[3]);
    }

    [Fact]
    public async Task LogInAsync_SendsThePassword_OnlyThroughStandardInput()
    {
        const string Password = """a "5ae3f1" \word\""";
        using var guarded = new ImageRegistry(
            new RegistryConnection("localhost:1", "r") { Login = new RegistryLogin("robot \"r\"", Password) }
        );
        using var fake = new FakeDocker("env > \"${log%/log}/env\"");
        using var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, HasBuildx: false), guarded);

        await docker.LogInAsync();

        Assert.Equal(["login", "--username", "robot \"r\"", "--password-stdin", "localhost:1"], Assert.Single(fake.Arguments));
        Assert.Equal(Password, Assert.Single(fake.Calls)[1]);
        var environment = await File.ReadAllTextAsync(Path.Combine(fake.Folder, "env"), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("5ae3f1", environment, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LogInAsync_GivesTheReason_WithoutThePassword()
    {
        using var guarded = new ImageRegistry(new RegistryConnection("localhost:1", "r") { Login = new RegistryLogin("robot", "secret") });
        using var fake = new FakeDocker("echo \"Error: $input is wrong\" >&2; exit 1");
        using var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, HasBuildx: false), guarded);

        var error = await Assert.ThrowsAsync<CakeException>(docker.LogInAsync);

        Assert.Equal("docker could not sign in to localhost:1 as robot: Error: *** is wrong", error.Message);
    }

    private static bool IsAlive(FakeDocker fake, int line) =>
        File.ReadAllLines(Path.Combine(fake.Folder, "pid")).ElementAtOrDefault(line) is { } id
        && ProcessTable.IsAlive(int.Parse(id, CultureInfo.InvariantCulture));

    [Fact]
    public void Build_Fails_WhenDockerFails()
    {
        using var fake = new FakeDocker("exit 17");
        using var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, HasBuildx: false), registry);

        var error = Assert.Throws<CakeException>(() =>
            docker.Build(Plan, "r", new SortedDictionary<string, string>(StringComparer.Ordinal), [], fresh: false, attests: false, _ =>
            { })
        );

        Assert.Equal("The image could not be built (docker exited with code 17); the reason is above.", error.Message);
    }

    [Theory]
    [InlineData("echo sha256:1", "sha256:1")]
    [InlineData("echo 'a warning' >&2; echo sha256:1", "sha256:1")]
    [InlineData("echo 'no such image' >&2; exit 1", null)]
    public void FindId_IsTheEnginesId_OrNullWithoutAnImage(string body, string? expected)
    {
        using var fake = new FakeDocker(body);
        using var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, HasBuildx: false), registry);

        Assert.Equal(expected, docker.FindId("localhost:1/r:sha-1"));
        Assert.Equal("image inspect --format {{.Id}} localhost:1/r:sha-1", Assert.Single(fake.Calls)[0]);
    }

    [Theory]
    [InlineData("debian@sha256:1", "sha256:1")]
    [InlineData("sha256:2", "sha256:2")]
    public void FindBaseDigest_IsTheDigest_OrTheEnginesId(string said, string expected)
    {
        using var fake = new FakeDocker($"echo {said}");
        using var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, HasBuildx: false), registry);

        Assert.Equal(expected, docker.FindBaseDigest("debian"));
    }

    [Fact]
    public void ReadHistory_IsTheLayersWithContent_LowestFirst()
    {
        using var fake = new FakeDocker(
            """echo '{"CreatedBy":"RUN b","Size":"20"}'; echo '{"CreatedBy":"ENV x","Size":"0"}'; echo '{"CreatedBy":"FROM","Size":"10"}'"""
        );
        using var docker = new DockerClient(fake.Run, new DockerCommand(fake.Path, HasBuildx: false), registry);

        Assert.Equal([("FROM", 10L), ("RUN b", 20L)], docker.ReadHistory("r"));
    }

    [Theory]
    [InlineData("1.2", "exit 1", "exit 0", true)]
    [InlineData("20.10.24", "exit 1", "exit 1", false)]
    public void FindCommand_PicksClientWithBuildKit(string version, string firstBuildx, string secondBuildx, bool hasBuildx)
    {
        // The first is new and has no buildx; the second has it, or is old enough to need none.
        using var first = new FakeDocker($"[ \"$1\" = buildx ] && {firstBuildx}; echo 'Docker version 28.2.2, build 1'");
        using var second = new FakeDocker($"[ \"$1\" = buildx ] && {secondBuildx}; echo 'Docker version {version}, build 1'");

        var command = DockerClient.FindCommand(first.Run, $"{first.Folder}:{second.Folder}");

        Assert.Equal(new DockerCommand(second.Path, hasBuildx), command);
    }

    [Fact]
    public void FindCommand_Fails_WhenNoClientHasBuildKit()
    {
        using var fake = new FakeDocker("[ \"$1\" = buildx ] && exit 1; echo 'Docker version 28.2.2, build 1'");

        var error = Assert.Throws<CakeException>(() => DockerClient.FindCommand(fake.Run, fake.Folder));

        Assert.StartsWith(
            $"No docker client here can build with BuildKit: {fake.Path} (Docker version 28.2.2, build 1); there must be one with buildx",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void FindCommand_NamesAFileThatDoesNotStart()
    {
        using var fake = new FakeDocker("exit 0");
        File.WriteAllText(fake.Path, "not a program");
        File.SetUnixFileMode(fake.Path, UnixFileMode.UserRead);

        var error = Assert.Throws<CakeException>(() => DockerClient.FindCommand(fake.Run, fake.Folder));

        Assert.Contains($"{fake.Path} (does not start)", error.Message, StringComparison.Ordinal);
    }
}
