using System.Runtime.Versioning;
using Fixtures.Checkouts;
using Images.Inputs;

namespace EndToEnd.Images;

/// <summary>
/// Builds docker/gpu/Dockerfile on a bare Debian with an empty list of packages. All other instructions run as on the CUDA base.
/// </summary>
public sealed class GpuImageTests(Engine engine, GpuImage image) : IClassFixture<GpuImage>
{
    [Fact]
    public void Build_RunsEveryInstruction()
    {
        image.Build.Succeeded();

        // From the list of packages on, no layer comes from an earlier run.
        Assert.Matches(@"\[dependencies 3/4\] COPY .*docker/gpu/requirements-", image.Build.Log);
        Assert.DoesNotMatch(@"(#\d+) \[(dependencies [34]|code|stage-2)[^\n]*\n(?s:.*)\1 CACHED", image.Build.Log);
        Assert.Matches(@"\[dependencies 4/4\] RUN .*pip install", image.Build.Log);
        Assert.Matches(@"\[code 2/2\] RUN python -m compileall", image.Build.Log);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/tmp")]
    public async Task Container_FindsTheTrainer_AsUnprivilegedUser_FromAnyFolder(string folder)
    {
        image.Build.Succeeded();

        var run = await engine.DockerAsync(
            "run",
            "--rm",
            "--network",
            "host",
            "--workdir",
            folder,
            GpuImage.Tag,
            "python",
            "-c",
            "import detection, importlib.util, os; print(os.getuid(), os.getgid(), importlib.util.find_spec('detection.__main__').origin)"
        );

        Assert.Equal("10001 10001 /opt/trainer/detection/__main__.py", run.Succeeded().Output.Trim());
    }

    [Fact]
    public async Task Image_HoldsNoSecret()
    {
        image.Build.Succeeded();
        var archive = Path.Combine(engine.Folder, "gpu.tar");
        (await engine.DockerAsync("save", "--output", archive, GpuImage.Tag)).Succeeded();
        var history = (await engine.DockerAsync("history", "--no-trunc", GpuImage.Tag)).Succeeded().Output;

        // The search works: it finds a text of the image.
        Assert.True(Layers.Contains(archive, "Trains an object detector from an exp_config and a dataset folder: in Azure ML"));
        Assert.False(Layers.Contains(archive, image.Secret));
        Assert.DoesNotContain(image.Secret, history + image.Build.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain(
            image.Secret,
            await File.ReadAllTextAsync(LogOfTheEngine(), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Image_HoldsNoCache()
    {
        image.Build.Succeeded();

        var found = await engine.DockerAsync(
            "run",
            "--rm",
            "--network",
            "host",
            "--user",
            "0",
            GpuImage.Tag,
            "find",
            "/var/cache/apt",
            "/var/lib/apt/lists",
            "/var/log",
            "/root",
            "/run",
            "/tmp",
            "-type",
            "f",
            "-not",
            "-name",
            ".bashrc",
            "-not",
            "-name",
            ".profile"
        );

        Assert.Equal("", found.Succeeded().Output.Trim());
    }

    [Fact]
    public async Task Image_CarriesTheLabels()
    {
        image.Build.Succeeded();

        var labels = (await engine.InspectAsync(GpuImage.Tag)).GetProperty("Config").GetProperty("Labels");

        Assert.All(GpuImage.Labels, label => Assert.Equal(label.Value, labels.GetProperty(label.Key).GetString()));
        Assert.Equal("MIT", labels.GetProperty("org.opencontainers.image.licenses").GetString());
        Assert.Equal(MetricNames.Read(Checkout.Repository), labels.GetProperty("io.model-training.metrics").GetString()!.Split(','));
    }

    [Fact]
    public async Task Rebuild_ChangesOnlyTheLayerOfTheCode_WhenOneByteOfTheTrainerChanges()
    {
        image.Build.Succeeded();
        using var changed = new BuildContext(GpuImage.Dockerfile);
        changed.Write(image.Requirements, "# Nothing.\n");
        changed.ChangeTrainer();

        var build = (await changed.BuildAsync(engine, GpuImage.Tag + "-changed", image.Options)).Succeeded();

        var before = Layers.Of(await engine.InspectAsync(GpuImage.Tag));
        var after = Layers.Of(await engine.InspectAsync(GpuImage.Tag + "-changed"));
        await engine.DockerAsync("image", "rm", GpuImage.Tag + "-changed");
        var differing = before.Zip(after).Index().Where(pair => pair.Item.First != pair.Item.Second).Select(pair => pair.Index).ToList();
        Assert.Equal(before.Count, after.Count);
        Assert.Single(differing);
        // Base, packages of the system, list of packages, packages.
        Assert.True(differing[0] >= 4, $"layer {differing[0]} of {before.Count} differs");
        Assert.Matches(@"(?s)(#\d+) \[dependencies 4/4\].*\1 CACHED", build.Log);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Rebuild_MakesTheSameLayers_WhenTimesAndMasksOfTheCheckoutDiffer()
    {
        image.Build.Succeeded();
        using var other = new BuildContext(GpuImage.Dockerfile);
        other.Write(image.Requirements, "# Nothing.\n");
        foreach (var file in Directory.EnumerateFiles(other.Root, "*.py", SearchOption.AllDirectories))
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.SetLastWriteTimeUtc(file, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        }

        (await other.BuildAsync(engine, GpuImage.Tag + "-other", image.Options)).Succeeded();

        var before = Layers.Of(await engine.InspectAsync(GpuImage.Tag));
        var after = Layers.Of(await engine.InspectAsync(GpuImage.Tag + "-other"));
        await engine.DockerAsync("image", "rm", GpuImage.Tag + "-other");
        Assert.Equal(before, after);
    }

    // An engine that the tests did not start has no log here; the registry always has one.
    private string LogOfTheEngine() =>
        new[] { "dockerd.log", "registry.log" }.Select(name => Path.Combine(engine.Folder, name)).First(File.Exists);
}
