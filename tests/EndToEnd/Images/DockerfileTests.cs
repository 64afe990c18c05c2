using Fixtures.Checkouts;
using Images.Inputs;

namespace EndToEnd.Images;

/// <summary>Checks the Dockerfiles without building them.</summary>
public sealed class DockerfileTests
{
    [Theory]
    [InlineData(GpuImage.Dockerfile)]
    [InlineData(CpuImage.Dockerfile)]
    public void BaseImage_IsPinnedToADigest(string dockerfile) =>
        Assert.Matches(
            "^sha256:[0-9a-f]{64}$",
            ImageInputs.Read(Checkout.Repository, dockerfile, new Dictionary<string, string>()).BaseDigest
        );

    [Fact]
    public void Requirements_ArePinnedExactly() =>
        Assert.All(
            File.ReadLines(Path.Combine(Checkout.Repository, "docker", "gpu", "requirements.txt"))
                .Where(line => line.Length > 0 && line[0] != '#'),
            line => Assert.Matches(@"^[a-z-]+==\d+(\.\d+)+(\.post\d+)?$", line)
        );
}
