using WorkspaceEmulator.Engines;

namespace WorkspaceEmulator.Tests.Containers;

public class ImageReferenceTests
{
    [Theory]
    [InlineData("debian", "docker.io", "debian", "latest", null)]
    [InlineData("team/detection:1.2", "docker.io", "team/detection", "1.2", null)]
    [InlineData("localhost/detection", "localhost", "localhost/detection", "latest", null)]
    [InlineData("localhost:5000/a/b:c", "localhost:5000", "localhost:5000/a/b", "c", null)]
    [InlineData("x.azurecr.io/detection:1@sha256:aa", "x.azurecr.io", "x.azurecr.io/detection", null, "sha256:aa")]
    [InlineData("registry:5000/detection@sha256:aa", "registry:5000", "registry:5000/detection", null, "sha256:aa")]
    public void Parse_FindsEveryPart(string text, string registry, string repository, string? tag, string? digest)
    {
        var image = ImageReference.Parse(text);

        Assert.Equal(new ImageReference(registry, repository, tag, digest), image);
        Assert.Equal(digest is null ? $"{repository}:{tag}" : $"{repository}@{digest}", image.ToString());
    }
}
