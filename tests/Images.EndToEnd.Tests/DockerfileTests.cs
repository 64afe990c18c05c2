using System.Text.RegularExpressions;
using Images.Inputs;

namespace Images.EndToEnd.Tests;

/// <summary>What can be said of the Dockerfiles without building them.</summary>
public sealed partial class DockerfileTests
{
    [Theory]
    [InlineData(GpuImage.Dockerfile)]
    [InlineData(CpuImage.Dockerfile)]
    public void BaseImage_IsGivenByItsDigest(string dockerfile) =>
        Assert.Matches(
            "^sha256:[0-9a-f]{64}$",
            ImageInputs.Read(Engine.Repository, dockerfile, new Dictionary<string, string>()).BaseDigest
        );

    [Theory]
    [InlineData(GpuImage.Dockerfile)]
    [InlineData(CpuImage.Dockerfile)]
    public void MetricsLabel_ListsTheMetricsOfTheDocumentation(string dockerfile)
    {
        var label = MetricsLabel().Match(File.ReadAllText(Path.Combine(Engine.Repository, dockerfile))).Groups["names"].Value;
        var documented = File.ReadLines(Path.Combine(Engine.Repository, "docs", "metrics.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Name().Matches(line.Split('|')[1]).Select(name => name.Groups["name"].Value));

        Assert.Equal(documented, label.Split(','));
    }

    [Fact]
    public void Requirements_ArePinnedExactly() =>
        Assert.All(
            File.ReadLines(Path.Combine(Engine.Repository, "docker", "gpu", "requirements.txt"))
                .Where(line => line.Length > 0 && line[0] != '#'),
            line => Assert.Matches(@"^[a-z-]+==\d+(\.\d+)+(\.post\d+)?$", line)
        );

    [GeneratedRegex("io\\.model-training\\.metrics=\"(?<names>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MetricsLabel();

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
