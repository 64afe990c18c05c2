using WorkspaceEmulator.Containers;
using WorkspaceEmulator.Jobs;

namespace WorkspaceEmulator.Tests.Containers;

public class TextsTests
{
    [Theory]
    [InlineData("debian", "docker.io", "debian", "latest", null)]
    [InlineData("team/detection:1.2", "docker.io", "team/detection", "1.2", null)]
    [InlineData("localhost/detection", "localhost", "localhost/detection", "latest", null)]
    [InlineData("localhost:5000/a/b:c", "localhost:5000", "localhost:5000/a/b", "c", null)]
    [InlineData("x.azurecr.io/detection:1@sha256:aa", "x.azurecr.io", "x.azurecr.io/detection", null, "sha256:aa")]
    [InlineData("registry:5000/detection@sha256:aa", "registry:5000", "registry:5000/detection", null, "sha256:aa")]
    public void Parse_FindsTheParts_OfAnImageReference(string text, string registry, string repository, string? tag, string? digest)
    {
        var image = ImageReference.Parse(text);

        Assert.Equal(new ImageReference(registry, repository, tag, digest), image);
        Assert.Equal(digest is null ? $"{repository}:{tag}" : $"{repository}@{digest}", image.ToString());
    }

    [Theory]
    [InlineData("7", 7L)]
    [InlineData("7b", 7L)]
    [InlineData("64K", 65536L)]
    [InlineData("512m", 512L << 20)]
    [InlineData("2g", 2L << 30)]
    [InlineData("", null)]
    [InlineData("g", null)]
    [InlineData("-1g", null)]
    [InlineData("1.5g", null)]
    [InlineData("2gb", null)]
    [InlineData("99999999999g", null)]
    public void TryParse_ReadsNumbers_WithAUnit(string text, long? bytes) =>
        Assert.Equal(bytes, ByteSize.TryParse(text, out var found) ? found : null);

    [Theory]
    [InlineData(1000, "1000 bytes")]
    [InlineData(1536L << 20, "1536 MiB")]
    [InlineData(8L << 30, "8 GiB")]
    public void Format_UsesTheLargestWholeUnit(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));
}
