using Fixtures.Checkouts;
using Fixtures.Engines;
using Images.Inputs;

namespace EndToEnd.Images;

/// <summary>Builds docker/cpu/Dockerfile, at night with all its packages.</summary>
public sealed class CpuImageTests(Engine engine, CpuImage image) : IClassFixture<CpuImage>
{
    [Fact]
    public async Task Container_RunsTheTrainer_AsUnprivilegedUser_FromTheRoot()
    {
        image.Build.Succeeded();

        var help = (await RunAsync("/", "python", "-m", "detection", "--help")).Succeeded();
        var user = (await RunAsync("/", "id", "-u")).Succeeded();

        Assert.Contains("create-demo-data", help.Output, StringComparison.Ordinal);
        Assert.Equal("10001", user.Output.Trim());
    }

    // The image stays: without it the engine would treat its layers, 1 GB, as build cache and delete them first when space is short.
    [Fact]
    [Trait("When", "Night")]
    public async Task Container_HasWhatTrainingNeeds()
    {
        const string Whole = CpuImage.Tag + "-whole";
        (await image.Context.BuildAsync(engine, Whole, [])).Succeeded();

        var versions = await engine.DockerAsync(
            "run",
            "--rm",
            "--network",
            "host",
            Whole,
            "python",
            "-c",
            "import matplotlib.pyplot, numpy, os, PIL, torch, torchvision; torch.ones(64, 64) @ torch.ones(64, 64); "
                + "print([line.split('/')[-2] for line in open('/proc/self/maps') if 'libopenblas' in line][0])"
        );

        Assert.Equal("openblas-pthread", versions.Succeeded().Output.Trim());
    }

    [Fact]
    public async Task Container_WritesToItsHome()
    {
        image.Build.Succeeded();

        var data = (await RunAsync(null, "python", "-m", "detection", "create-demo-data", "--data", "data", "--images", "8")).Succeeded();

        Assert.Contains("created: data/pothole/datasets/train_pothole_", data.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Image_CarriesTheLabels()
    {
        image.Build.Succeeded();

        var labels = (await engine.InspectAsync(CpuImage.Tag)).GetProperty("Config").GetProperty("Labels");

        Assert.Equal("0123", labels.GetProperty("io.model-training.inputs").GetString());
        var names = labels.GetProperty("io.model-training.metrics").GetString();
        Assert.Equal(string.Join(',', MetricNames.Read(Checkout.Repository)), names);
        Assert.Equal((await RunAsync("/", "python", "-m", "detection", "metric-names")).Succeeded().Output.Trim(), names);
    }

    [Fact]
    public async Task Rebuild_ChangesOnlyTheLayerOfTheCode_WhenOneByteOfTheTrainerChanges()
    {
        image.Build.Succeeded();
        using var changed = new BuildContext(CpuImage.Dockerfile);
        changed.ChangeTrainer();

        (await changed.BuildAsync(engine, CpuImage.Tag + "-changed", ["--build-arg", CpuImage.FewPackages])).Succeeded();

        var before = Layers.Of(await engine.InspectAsync(CpuImage.Tag));
        var after = Layers.Of(await engine.InspectAsync(CpuImage.Tag + "-changed"));
        await engine.DockerAsync("image", "rm", CpuImage.Tag + "-changed");
        Assert.Equal(before.Count, after.Count);
        // The two lowest layers are the base and its packages.
        Assert.Equal(before.Take(2), after.Take(2));
        Assert.Single(before.Zip(after), pair => pair.First != pair.Second);
    }

    private Task<Command> RunAsync(string? folder, params string[] command) =>
        engine.DockerAsync([
            .. folder is null ? ["run", "--rm", "--network", "host"] : new[] { "run", "--rm", "--network", "host", "--workdir", folder },
            CpuImage.Tag,
            .. command,
        ]);
}
