using Cake.Core;
using Experiments.Json;
using Fixtures;
using Images.Inputs;

namespace Images.Tests.Inputs;

public sealed class ImageSourcesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("A", "--build-arg is \"A\"; it must be NAME=VALUE.")]
    [InlineData(
        "PIP_TOKEN=planted",
        "--build-arg PIP_TOKEN is a secret; it must not be, because build arguments stay readable in the image's history. "
            + "Replace the secret where it was issued, because it has been written down."
    )]
    [InlineData(
        "METRIC_NAMES=a",
        "--build-arg METRIC_NAMES is given; it must be left out, "
            + "because the build reads it from src/training/detection/tracking/metric_names.py."
    )]
    public void Read_Fails_WhenABuildArgumentIsFaulty(string argument, string expected) =>
        Assert.Equal(expected, Assert.Throws<CakeException>(() => ImageSources.Read(folder.Root, "Dockerfile", [argument])).Message);

    [Fact]
    public void Read_Fails_WhenTheDockerfileIsMissing() =>
        Assert.Contains(
            "IMAGE_DOCKERFILE is \"Dockerfile\"; it must be a file in the repository, as docker/gpu/Dockerfile is",
            Assert.Throws<ConfigException>(() => ImageSources.Read(folder.Root, "Dockerfile", [])).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData(
        "",
        ".dockerignore lets .git/HEAD, .local/emulator/lock, artifacts/plan.json into the image; ",
        ", a line each: .git, .local, artifacts"
    )]
    [InlineData(".git\nartifacts\n", ".dockerignore lets .local/emulator/lock into the image; ", " the line: .local")]
    [InlineData("*\n!artifacts/plan.json\n!src\n", ".dockerignore lets artifacts/plan.json into the image; ", " the line: artifacts")]
    [InlineData(".git\n.local\nartifacts\n", null, null)]
    [InlineData("*\n!src\n", null, null)]
    [InlineData("**/.*\nartifacts\n", null, null)]
    public void Read_NamesTheLinesToAdd_WhenTheContextHoldsWhatChangesWithEveryRun(string rules, string? found, string? lines)
    {
        folder.Write("Dockerfile", "FROM scratch\n");
        folder.Write("src/a.py", "1");
        folder.Write(".git/HEAD", "ref: refs/heads/main");
        folder.Write(".local/emulator/token", "secret");
        folder.Write(".local/emulator/lock", "");
        folder.Write("artifacts/plan.json", "{}");
        if (rules.Length > 0)
            folder.Write(".dockerignore", rules);
        // The emulator holds its lock as long as it runs.
        using var held = new FileStream(
            Path.Combine(folder.Root, ".local/emulator/lock"),
            FileMode.Open,
            FileAccess.ReadWrite,
            FileShare.None
        );

        if (found is null)
        {
            Assert.Contains("src/a.py", ImageSources.Read(folder.Root, "Dockerfile", []).Files.Select(file => file.Path));
            return;
        }

        var error = Assert.Throws<CakeException>(() => ImageSources.Read(folder.Root, "Dockerfile", []));
        Assert.Equal(
            found
                + "it must exclude .git, .local, artifacts, which change with every run and hold keys and tokens. Add to .dockerignore"
                + lines,
            error.Message
        );
    }

    [Fact]
    public void Read_NamesTheWorktreesFile_WhenTheContextHoldsIt()
    {
        folder.Write("Dockerfile", "FROM scratch\n");
        folder.Write(".git", "gitdir: /elsewhere");

        var error = Assert.Throws<CakeException>(() => ImageSources.Read(folder.Root, "Dockerfile", []));

        Assert.StartsWith(".dockerignore lets .git into the image; ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NamesTheFileAndTheLineToAdd_WhenAFileCannotBeRead()
    {
        folder.Write("Dockerfile", "FROM scratch\n");
        folder.Write("data/lock", "");
        using var held = new FileStream(Path.Combine(folder.Root, "data/lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        var error = Assert.Throws<CakeException>(() => ImageSources.Read(folder.Root, "Dockerfile", []));

        Assert.StartsWith("data/lock is part of the image and cannot be read: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(" Make it readable, or add the line data/lock to .dockerignore.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AddsTheMetricNames_WhenTheDockerfileDeclaresThem()
    {
        folder.Write("Dockerfile", "FROM scratch\nARG METRIC_NAMES\nLABEL a=${METRIC_NAMES}\n");
        folder.Write(MetricNames.SourceFile, "METRIC_NAMES = (\n    \"train_loss\",\n    \"eval_AP50_<class>\",\n)\n");
        var before = ImageSources.Read(folder.Root, "Dockerfile", ["A=1"]);
        folder.Write(".dockerignore", "*");
        var ignored = ImageSources.Read(folder.Root, "Dockerfile", []);
        folder.Write(MetricNames.SourceFile, "METRIC_NAMES = (\n    \"train_loss\",\n)\n");
        var after = ImageSources.Read(folder.Root, "Dockerfile", []);

        Assert.Equal(
            [KeyValuePair.Create("A", "1"), KeyValuePair.Create("METRIC_NAMES", "train_loss,eval_AP50_<class>")],
            before.BuildArguments
        );
        // The content tag follows the names even where the source is not in the build context.
        Assert.NotEqual(ignored.Tag, after.Tag);
        Assert.Equal(after.Hash, ImageSources.Read(folder.Root, after.ToPlan()).Hash);
    }

    [Fact]
    public void Read_AddsNoMetricNames_WhenTheDockerfileDeclaresNone()
    {
        folder.Write("Dockerfile", "FROM scratch\n# ARG METRIC_NAMES\n");

        Assert.Empty(ImageSources.Read(folder.Root, "Dockerfile", []).BuildArguments);
    }

    [Fact]
    public void Read_Fails_WhenTheDockerfileDeclaresMetricNamesAndTheSourceHasNone()
    {
        folder.Write("Dockerfile", "FROM scratch\nARG METRIC_NAMES\n");

        Assert.StartsWith(
            "src/training/detection/tracking/metric_names.py holds no tuple METRIC_NAMES; it must hold one of plain string literals",
            Assert.Throws<CakeException>(() => ImageSources.Read(folder.Root, "Dockerfile", [])).Message,
            StringComparison.Ordinal
        );
    }
}
