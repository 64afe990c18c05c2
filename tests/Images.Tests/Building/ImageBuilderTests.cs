using System.Globalization;
using System.Runtime.Versioning;
using Cake.Core;
using Experiments.Plans.Images;
using Fixtures.Registries;
using Fixtures.Services;
using Images.Building;
using Images.Inputs;
using Images.Registry;
using Images.Tagging;
using Images.Tests.Docker;
using Images.Tests.Registry;
using Workspaces.Connection;

namespace Images.Tests.Building;

[UnsupportedOSPlatform("windows")]
[Collection(nameof(PlainQuotes))]
public sealed class ImageBuilderTests : IAsyncLifetime
{
    private static readonly BuildSource Source = new("feature/x", null, IsMain: false, "c1");
    private static readonly BuildOptions Options = new(Rebuild: false, Azure: null);

    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    // buildx; the build writes the ID and a progress of two steps.
    private readonly FakeDocker docker = new(
        """
        case "$1 $2" in
        "buildx build")
            [ "$PWD" = "${log%/log}" ] || stat -c %A a.py > "${log%/log}/modes"
            while [ $# -gt 0 ]; do [ "$1" = --iidfile ] && printf sha256:built > "$2"; shift; done
            echo '#4 [1/2] FROM debian'; echo '#4 CACHED'; echo '#5 [2/2] COPY a.py /a.py'; echo '#5 DONE 1.5s' ;;
        "image history") echo '{"CreatedBy":"COPY a.py /a.py # buildkit","Size":"1500000"}' ;;
        esac
        """
    );

    private DistributionRegistry server = null!;
    private ImageRegistry registry = null!;

    public async ValueTask InitializeAsync()
    {
        server = await DistributionRegistry.StartAsync(cancellationToken: cancellation);
        registry = new ImageRegistry(new RegistryConnection(server.Name, "r"));
        File.WriteAllText(Path.Combine(docker.Folder, "Dockerfile"), "FROM debian\nCOPY a.py /a.py\n");
        File.WriteAllText(Path.Combine(docker.Folder, ".dockerignore"), "*\n!a.py\n");
        File.WriteAllText(Path.Combine(docker.Folder, "a.py"), "1");
    }

    public async ValueTask DisposeAsync()
    {
        docker.Dispose();
        registry.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Ensure_BuildsNothing_WhenTheRegistryHasTheImage()
    {
        var (image, build) = Plan();
        var pushed = await PushAsync(image.Tag!, ImageLabels.Expected(build, baseDigest: null));

        var built = await EnsureAsync((image, build), Options);

        Assert.Equal((StageChange.Unchanged, pushed.Digest), (built.Change, built.Digest));
        Assert.Empty(docker.Calls);
        Assert.Equal([$"Image        {image}: unchanged ({pushed.Digest})"], docker.Log);
    }

    [Theory]
    [InlineData("junk", "its label io.model-training.inputs is \"junk\"; it must be \"{0}\"")]
    [InlineData(null, "its label io.model-training.inputs is missing; it must be \"{0}\"")]
    public async Task Ensure_BuildsAgainWithAWarning_WhenTheTagLeadsToAnotherImage(string? label, string fault)
    {
        var (image, build) = Plan();
        await PushAsync(image.Tag!, label is null ? null : Labels((ImageLabels.Inputs, label)));

        var built = await EnsureAsync((image, build), Options);

        Assert.Equal((StageChange.Created, "sha256:built", true), (built.Change, built.ImageId, built.Replaces));
        Assert.Equal(
            $"warning: The registry has another image as {image}, so the image is built and replaces it: "
                + $"{string.Format(CultureInfo.InvariantCulture, fault, build.InputsHash)}.",
            docker.Log[0]
        );
    }

    [Fact]
    public async Task Ensure_BuildsAgain_WhenTheBaseIsAnother()
    {
        File.WriteAllText(Path.Combine(docker.Folder, "Dockerfile"), "ARG BASE_IMAGE=debian@sha256:0a1b\nFROM ${BASE_IMAGE}\n");
        var (image, build) = Plan();
        await PushAsync(image.Tag!, ImageLabels.Expected(build, "sha256:ffff"));

        Assert.Equal(StageChange.Created, (await EnsureAsync((image, build), Options)).Change);

        await PushAsync(image.Tag!, ImageLabels.Expected(build, "sha256:0a1b"));
        Assert.Equal(StageChange.Unchanged, (await EnsureAsync((image, build), Options)).Change);
    }

    [Fact]
    public async Task Ensure_BuildsAgain_WhenOnePlatformOfTheIndexIsAnotherImage()
    {
        var (image, build) = Plan();
        var expected = ImageLabels.Expected(build, baseDigest: null);
        var good = await PushAsync("good", expected);
        var junk = await PushAsync("junk", Labels((ImageLabels.Inputs, "junk")));
        await IndexImage.PushAsync(server.Address, "r", image.Tag!, [good, junk], cancellation);

        Assert.Equal(StageChange.Created, (await EnsureAsync((image, build), Options)).Change);

        await IndexImage.PushAsync(server.Address, "r", image.Tag!, [good], cancellation);
        Assert.Equal(StageChange.Unchanged, (await EnsureAsync((image, build), Options)).Change);
    }

    [Fact]
    public async Task Ensure_BuildsAgain_WhenTheTagLeadsToNoImage()
    {
        const string Empty = """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""";
        var (image, build) = Plan();
        await IndexImage.PutAsync(server.Address, "r", image.Tag!, Empty, cancellation);

        Assert.True((await EnsureAsync((image, build), Options)).Replaces);
    }

    [Fact]
    public async Task Ensure_Fails_WhenProvenanceIsRequiredAndTheBuilderAttestsNothing()
    {
        var error = await Assert.ThrowsAsync<CakeException>(() => EnsureAsync(Plan(), Options with { RequiresProvenance = true }));

        Assert.StartsWith(
            "REQUIRE_PROVENANCE is true, and the engine does not store images with containerd; the image must be built where "
                + "BuildKit attests",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(docker.Calls, call => call[0].StartsWith("buildx build", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ensure_BuildsTheInputs_WhenTheDiskShowsEveryFileAsExecutable()
    {
        var before = Plan().Build;
        File.SetUnixFileMode(Path.Combine(docker.Folder, "a.py"), (UnixFileMode)0x1ED); // 755
        var index = new Dictionary<string, bool>(StringComparer.Ordinal) { ["a.py"] = false };
        var run = docker.Run with { ReadExecutables = () => Task.FromResult<IReadOnlyDictionary<string, bool>?>(index) };
        var build = ImageSources.Read(docker.Folder, "Dockerfile", [], index).ToPlan();
        var image = new ImageReference($"{server.Name}/r", build.Tag, Digest: null);

        await new ImageBuilder(run, image, build, registry).EnsureAsync(Options, () => Task.FromResult(Source));

        Assert.Equal(before.InputsHash, build.InputsHash);
        // The engine gets a copy with the modes of the index.
        var modes = File.ReadAllLines(Path.Combine(docker.Folder, "modes"));
        Assert.Equal(["-rw-r--r--"], modes);
        Assert.Empty(Directory.EnumerateFileSystemEntries(run.LocalFolder));
    }

    [Fact]
    public async Task Ensure_BuildsAndNamesTheChanges_WhenTheRegistryHasAnEarlierImage()
    {
        await PushMainAsync();
        File.WriteAllText(Path.Combine(docker.Folder, "a.py"), "2");
        var (image, build) = Plan();

        var built = await EnsureAsync((image, build), Options);

        Assert.Equal((StageChange.Created, "sha256:built"), (built.Change, built.ImageId));
        Assert.Equal(["changed  a.py"], built.Changes);
        ExpectedText.Matches("ensure.txt", docker.Log, (server.Name, "{registry}"), (image.Tag!, "{tag}"));
        Assert.Contains(
            $" --cache-from {server.Name}/r:main ",
            docker.Calls.Single(call => call[0].StartsWith("buildx build", StringComparison.Ordinal))[0],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Ensure_BuildsWithoutCache_WhenItIsARebuild()
    {
        var (image, build) = Plan();
        await PushAsync(image.Tag!, ImageLabels.Expected(build, baseDigest: null));

        var built = await EnsureAsync((image, build), Options with { Rebuild = true });

        Assert.Equal((StageChange.Created, true), (built.Change, built.Replaces));
        Assert.Contains(docker.Calls, call => call[0].Contains(" --no-cache ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ensure_BuildsAndAsksNoSecondTime_WhenTheRegistryIsDown()
    {
        await server.KillAsync();

        var built = await EnsureAsync(Plan(), Options);

        Assert.Equal(StageChange.Created, built.Change);
        Assert.StartsWith(
            "warning: The image is built, without layers of the registry, because it is unknown what the registry has: "
                + $"Registry {server.Name} does not respond: ",
            docker.Log[0],
            StringComparison.Ordinal
        );
        Assert.Single(docker.Log, line => line.StartsWith("warning: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ensure_Fails_WhenTheInputsDifferFromThePlan()
    {
        var (image, build) = Plan();
        File.WriteAllText(Path.Combine(docker.Folder, "a.py"), "2");

        var error = await Assert.ThrowsAsync<CakeException>(() => EnsureAsync((image, build), Options));

        Assert.Equal(
            "The image's inputs have changed since the plan was made; it must be made again: dotnet cake --target=Plan",
            error.Message
        );
    }

    [Fact]
    public async Task Ensure_Fails_WhenAzureIsToBuildForAnotherRegistry()
    {
        var azure = new AzureBuild("s", new FakeService.FixedCredential("token"));

        var error = await Assert.ThrowsAsync<CakeException>(() => EnsureAsync(Plan(), Options with { Azure = azure }));

        Assert.Equal(
            $"--cloud-build needs a registry in Azure, and REGISTRY is {server.Name}; leave it out to build with Docker.",
            error.Message
        );
    }

    [Fact]
    public async Task Ensure_LosesNothingOfTheLabels_WhenQuotesAreNotEscaped()
    {
        File.WriteAllText(Path.Combine(docker.Folder, ".dockerignore"), "*\n!a*\n");
        File.WriteAllText(Path.Combine(docker.Folder, "a \"quoted\" \\ name\\"), "1");
        var inputs = ImageSources.Read(docker.Folder, "Dockerfile", []);
        using var quotes = new PlainQuotes();

        await EnsureAsync(Plan(), Options);

        var build = docker.Arguments.Single(call => call[0] == "buildx" && call[1] == "build");
        var labels = ImageLabels.For(inputs, Source.Commit, baseDigest: null, docker.Time.GetUtcNow());
        Assert.Equal(4, labels.Count);
        Assert.Equal(
            labels.Keys.Order(StringComparer.Ordinal),
            build
                .Where(argument =>
                    argument.Contains("io.", StringComparison.Ordinal) || argument.StartsWith("org.", StringComparison.Ordinal)
                )
                .Select(argument => argument.Split('=')[0])
        );
        Assert.Contains($"{ImageLabels.Files}={labels[ImageLabels.Files]}", build);
        Assert.Contains($"{ImageLabels.Inputs}={inputs.Hash}", build);
        Assert.Equal(".", build[^1]);
    }

    private Task<BuiltImage> EnsureAsync((ImageReference Image, ImageBuildPlan Build) plan, BuildOptions options) =>
        new ImageBuilder(docker.Run, plan.Image, plan.Build, registry).EnsureAsync(options, () => Task.FromResult(Source));

    private (ImageReference Image, ImageBuildPlan Build) Plan()
    {
        var build = ImageSources.Read(docker.Folder, "Dockerfile", []).ToPlan();
        return (new($"{server.Name}/r", build.Tag, Digest: null), build);
    }

    private static Dictionary<string, string> Labels(params (string Name, string Value)[] labels) =>
        labels.ToDictionary(label => label.Name, label => label.Value, StringComparer.Ordinal);

    private Task<SmallImage> PushAsync(string tag, IReadOnlyDictionary<string, string>? labels) =>
        SmallImage.PushAsync(server.Address, "r", tag, labels: labels, cancellationToken: cancellation);

    private Task<SmallImage> PushMainAsync() =>
        SmallImage.PushAsync(
            server.Address,
            "r",
            "main",
            labels: ImageLabels.For(ImageSources.Read(docker.Folder, "Dockerfile", []), "c0", null, DateTimeOffset.UnixEpoch),
            cancellationToken: cancellation
        );
}
