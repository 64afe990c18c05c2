using Images.Tagging;

namespace Images.Tests.Tagging;

public class ImageTagsTests
{
    [Fact]
    public void For_IsOnlyTheNumber_OfAPullRequest() =>
        Assert.Equal(["pr-42"], ImageTags.For(new(Branch: null, 42, IsMain: false, "c1"), version: null, tagLatest: false));

    [Theory]
    [InlineData(42, null, "cache-pr-42 cache-pr")]
    [InlineData(null, "feature/x", "cache-feature-x")]
    [InlineData(null, null, "")]
    public void CachesOf_NamesThePullRequestAndAllPullRequestsOrTheBranch(int? pullRequest, string? branch, string expected) =>
        Assert.Equal(expected, string.Join(' ', ImageTags.CachesOf(new(branch, pullRequest, IsMain: false, "c1"))));

    [Theory]
    [InlineData("pr-42", 42)]
    [InlineData("cache-pr-42", 42)]
    [InlineData("cache-main", null)]
    public void PullRequestOf_IsTheNumber(string tag, int? expected) => Assert.Equal(expected, ImageTags.PullRequestOf(tag));

    [Fact]
    public void For_IncludesLatest_OnMain() =>
        Assert.Equal(["v1", "main", "latest"], ImageTags.For(new("main", null, IsMain: true, "c1"), "v1", tagLatest: false));

    [Fact]
    public void For_IsOnlyWhatWasAskedFor_WhenTheTreeIsNotKnownToBeTheCommits()
    {
        var source = new BuildSource("main", null, IsMain: true, "c1") { NoTagsReason = "a.py is not in the commit" };

        Assert.Empty(ImageTags.For(source, version: null, tagLatest: false));
        Assert.Equal(["v1", "latest"], ImageTags.For(source, "v1", tagLatest: true));
    }

    [Fact]
    public void For_IncludesLatest_OnRequest() =>
        Assert.Equal(["feature-x", "latest"], ImageTags.For(new("feature/x", null, IsMain: false, "c1"), version: null, tagLatest: true));

    [Theory]
    [InlineData("latest")]
    [InlineData("pr-1")]
    [InlineData("sha-0123456789abcdef0123")]
    [InlineData("cache-main")]
    public void For_OmitsTheBranch_WhenItsNameIsReserved(string branch) =>
        Assert.Empty(ImageTags.For(new(branch, null, IsMain: false, "c1"), version: null, tagLatest: false));
}
