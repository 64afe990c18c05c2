using Cake.Core;
using Images.Tagging;

namespace Images.Tests.Tagging;

public class ImageVersionTests
{
    private static readonly BuildSource Branch = new("main", null, IsMain: true, "c1");
    private static readonly BuildSource PullRequest = new(null, 42, IsMain: false, "c1");

    [Fact]
    public async Task Decide_IsTheRequestedVersion_AlsoWithUncommittedChanges() =>
        Assert.Equal("v2", await ImageVersion.DecideAsync("v2", PullRequest, GitTag("v1")));

    [Theory]
    [InlineData("v1", "v1")]
    [InlineData("release/1", "release-1")]
    [InlineData("latest", null)]
    [InlineData(null, null)]
    public async Task Decide_IsGitsTag_AsATag(string? gitTag, string? expected) =>
        Assert.Equal(expected, await ImageVersion.DecideAsync(requested: null, Branch, GitTag(gitTag)));

    [Fact]
    public async Task Decide_IsNull_ForAPullRequestOrUncommittedChanges()
    {
        Assert.Null(await ImageVersion.DecideAsync(requested: null, PullRequest, GitTag("v1")));
        Assert.Null(await ImageVersion.DecideAsync(requested: null, Branch with { NoTagsReason = "changed" }, GitTag("v1")));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("latest")]
    [InlineData("pr-1")]
    [InlineData("sha-0123456789abcdef0123")]
    public async Task Decide_Fails_WhenTheRequestedVersionCannotBeATag(string version) =>
        Assert.Equal(
            $"--version-tag is \"{version}\"; it must be 1 to 128 letters, digits, '_', '.' or '-', "
                + "and not latest, pr-NUMBER or a content tag.",
            (await Assert.ThrowsAsync<CakeException>(() => ImageVersion.DecideAsync(version, Branch, GitTag(null)))).Message
        );

    private static Func<Task<string?>> GitTag(string? tag) => () => Task.FromResult(tag);
}
