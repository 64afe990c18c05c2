using Build.Docker;

namespace Build.Tests;

public class SourceFactsTests
{
    private const string Root = "/checkout/repository";

    [Theory]
    [InlineData(
        "GITHUB_ACTIONS=true GITHUB_WORKSPACE=/checkout/repository GITHUB_EVENT_NAME=pull_request GITHUB_REF=refs/pull/42/merge GITHUB_HEAD_REF=feature/x GITHUB_SHA=c1",
        null,
        42,
        false
    )]
    [InlineData("GITHUB_ACTIONS=true GITHUB_WORKSPACE=/checkout GITHUB_REF=refs/heads/main GITHUB_SHA=c1", "main", null, true)]
    [InlineData(
        "GITHUB_ACTIONS=true GITHUB_WORKSPACE=/checkout/repository GITHUB_REF=refs/heads/feature/x GITHUB_SHA=c1",
        "feature/x",
        null,
        false
    )]
    [InlineData("GITHUB_ACTIONS=true GITHUB_WORKSPACE=/checkout/repository GITHUB_REF=refs/tags/v1 GITHUB_SHA=c1", null, null, false)]
    [InlineData(
        "TF_BUILD=True BUILD_SOURCESDIRECTORY=/checkout/repository BUILD_REASON=PullRequest BUILD_SOURCEBRANCH=refs/pull/42/merge SYSTEM_PULLREQUEST_PULLREQUESTID=9000 SYSTEM_PULLREQUEST_PULLREQUESTNUMBER=42 BUILD_SOURCEVERSION=c1",
        null,
        42,
        false
    )]
    [InlineData(
        "TF_BUILD=True BUILD_SOURCESDIRECTORY=/checkout/repository BUILD_REASON=PullRequest BUILD_SOURCEBRANCH=refs/pull/7/merge SYSTEM_PULLREQUEST_PULLREQUESTID=7 BUILD_SOURCEVERSION=c1",
        null,
        7,
        false
    )]
    [InlineData(
        "TF_BUILD=True BUILD_SOURCESDIRECTORY=/checkout/repository BUILD_REASON=IndividualCI BUILD_SOURCEBRANCH=refs/heads/main BUILD_SOURCEVERSION=c1",
        "main",
        null,
        true
    )]
    [InlineData("", "desk", null, false)]
    // Another checkout's variables say nothing of this one.
    [InlineData("GITHUB_ACTIONS=true GITHUB_WORKSPACE=/checkout/repository2 GITHUB_REF=refs/heads/main GITHUB_SHA=c1", "desk", null, false)]
    [InlineData(
        "TF_BUILD=True BUILD_SOURCESDIRECTORY=/elsewhere BUILD_SOURCEBRANCH=refs/heads/main BUILD_SOURCEVERSION=c1",
        "desk",
        null,
        false
    )]
    public void Read_TakesThePlatformsWord_ForItsOwnCheckout(string variables, string? branch, int? pullRequest, bool isMain)
    {
        var all = variables
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

        var facts = SourceFacts.Read(Root, name => all.GetValueOrDefault(name), "desk", "c1");

        Assert.Equal(new SourceFacts(branch, pullRequest, isMain, "c1"), facts);
    }

    [Theory]
    [InlineData("feature/x", "feature-x")]
    [InlineData("-.odd", "odd")]
    [InlineData("v1.2_3", "v1.2_3")]
    [InlineData("täg", "t-g")]
    [InlineData("///", null)]
    public void AsTag_KeepsWhatATagMayHold(string text, string? expected) => Assert.Equal(expected, SourceFacts.AsTag(text));

    [Fact]
    public void AsTag_IsNotLongerThanATagMayBe() => Assert.Equal(128, SourceFacts.AsTag(new string('x', 300))!.Length);

    [Fact]
    public void ReadableTags_AreThePullRequestsAlone_ForAPullRequest() =>
        Assert.Equal(
            ["pr-42"],
            ReadableTags.For(new(Branch: null, 42, IsMain: false, "c1"), isDirty: false, version: null, tagLatest: false)
        );

    [Theory]
    [InlineData(42, null, "cache-pr-42")]
    [InlineData(null, "feature/x", "cache-feature-x")]
    [InlineData(null, null, null)]
    public void CacheOf_NamesThePullRequestOrTheBranch(int? pullRequest, string? branch, string? expected) =>
        Assert.Equal(expected, ReadableTags.CacheOf(new(branch, pullRequest, IsMain: false, "c1")));

    [Theory]
    [InlineData("pr-42", 42)]
    [InlineData("cache-pr-42", 42)]
    [InlineData("cache-main", null)]
    public void PullRequestOf_FindsTheNumber(string tag, int? expected) => Assert.Equal(expected, ReadableTags.PullRequestOf(tag));

    [Theory]
    [InlineData("FROM debian", true, "RUN apt-get install", false, true)]
    [InlineData("FROM debian", false, "RUN apt-get install", true, false)]
    [InlineData("COPY a", false, "RUN b", false, true)]
    public void HasWholeCache_IsTrue_WhenNoLayerCameFromACache(
        string first,
        bool firstCached,
        string second,
        bool secondCached,
        bool expected
    ) =>
        Assert.Equal(
            expected,
            new BuiltImage(
                "r:1",
                Workspaces.Connection.StageChange.Created,
                null,
                "id",
                null,
                [],
                [new("1/2", first, firstCached, null), new("2/2", second, secondCached, null)]
            ).HasWholeCache
        );

    [Fact]
    public void ReadableTags_HoldLatest_OnMain() =>
        Assert.Equal(
            ["v1", "main", "latest"],
            ReadableTags.For(new("main", null, IsMain: true, "c1"), isDirty: false, "v1", tagLatest: false)
        );

    [Fact]
    public void ReadableTags_HoldNoLatest_WhenTheWorkingTreeDiffers() =>
        Assert.Equal(["main"], ReadableTags.For(new("main", null, IsMain: true, "c1"), isDirty: true, version: null, tagLatest: false));

    [Fact]
    public void ReadableTags_HoldLatest_WhenItIsAskedFor() =>
        Assert.Equal(
            ["feature-x", "latest"],
            ReadableTags.For(new("feature/x", null, IsMain: false, "c1"), isDirty: true, version: null, tagLatest: true)
        );

    [Theory]
    [InlineData("latest")]
    [InlineData("pr-1")]
    [InlineData("sha-0123456789abcdef0123")]
    [InlineData("cache-main")]
    public void ReadableTags_HoldNoBranch_WhoseNameMeansSomethingElse(string branch) =>
        Assert.Empty(ReadableTags.For(new(branch, null, IsMain: false, "c1"), isDirty: false, version: null, tagLatest: false));
}
