using Images.Tagging;

namespace Images.Tests.Tagging;

public class BuildSourceTests
{
    private const string Root = "/checkout/repository";

    [Theory]
    [InlineData(
        "GITHUB_ACTIONS=true GITHUB_WORKSPACE=/checkout/repository GITHUB_EVENT_NAME=pull_request "
            + "GITHUB_REF=refs/pull/42/merge GITHUB_HEAD_REF=feature/x GITHUB_SHA=c1",
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
        "TF_BUILD=True BUILD_SOURCESDIRECTORY=/checkout/repository BUILD_REASON=PullRequest "
            + "BUILD_SOURCEBRANCH=refs/pull/42/merge SYSTEM_PULLREQUEST_PULLREQUESTID=9000 "
            + "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER=42 BUILD_SOURCEVERSION=c1",
        null,
        42,
        false
    )]
    [InlineData(
        "TF_BUILD=True BUILD_SOURCESDIRECTORY=/checkout/repository BUILD_REASON=PullRequest "
            + "BUILD_SOURCEBRANCH=refs/pull/7/merge SYSTEM_PULLREQUEST_PULLREQUESTID=7 BUILD_SOURCEVERSION=c1",
        null,
        7,
        false
    )]
    [InlineData(
        "TF_BUILD=True BUILD_SOURCESDIRECTORY=/checkout/repository BUILD_REASON=IndividualCI "
            + "BUILD_SOURCEBRANCH=refs/heads/main BUILD_SOURCEVERSION=c1",
        "main",
        null,
        true
    )]
    [InlineData("", "desk", null, false)]
    // Variables of another checkout.
    [InlineData("GITHUB_ACTIONS=true GITHUB_WORKSPACE=/checkout/repository2 GITHUB_REF=refs/heads/main GITHUB_SHA=c1", "desk", null, false)]
    [InlineData(
        "TF_BUILD=True BUILD_SOURCESDIRECTORY=/elsewhere BUILD_SOURCEBRANCH=refs/heads/main BUILD_SOURCEVERSION=c1",
        "desk",
        null,
        false
    )]
    public void Read_UsesThePlatformsVariables_ForItsOwnCheckout(string variables, string? branch, int? pullRequest, bool isMain)
    {
        var source = BuildSource.Read(Root, Variables(variables), "desk", "c1");

        var isOfPlatform = branch != "desk";
        Assert.Equal(new BuildSource(branch, pullRequest, isMain, "c1") { IsOfPlatform = isOfPlatform }, source);
    }

    [Theory]
    [InlineData(
        "GITHUB_ACTIONS=true GITHUB_WORKSPACE=/checkout/repository GITHUB_EVENT_NAME=pull_request_target GITHUB_REF=refs/heads/main "
            + "GITHUB_SHA=c1",
        "GITHUB_SHA is c1, and c2 is checked out"
    )]
    [InlineData(
        "GITHUB_ACTIONS=true GITHUB_WORKSPACE=/checkout/repository GITHUB_EVENT_NAME=pull_request GITHUB_REF=refs/pull/42/merge "
            + "GITHUB_SHA=c1",
        "GITHUB_SHA is c1, and c2 is checked out"
    )]
    [InlineData(
        "TF_BUILD=True BUILD_SOURCESDIRECTORY=/checkout/repository BUILD_SOURCEBRANCH=refs/heads/main BUILD_SOURCEVERSION=c1",
        "BUILD_SOURCEVERSION is c1, and c2 is checked out"
    )]
    [InlineData(
        "GITHUB_ACTIONS=true GITHUB_WORKSPACE=/checkout/repository GITHUB_REF=refs/heads/gh-readonly-queue/main/pr-42-abc GITHUB_SHA=c2",
        "gh-readonly-queue/main/pr-42-abc is a branch of a merge queue"
    )]
    [InlineData("", null)]
    public void Read_SaysWhyThereAreNoTags_WhenAnotherCommitIsCheckedOutOrTheBranchDoesNotLast(string variables, string? reason)
    {
        var source = BuildSource.Read(Root, Variables(variables), "main", "c2");

        Assert.Equal((reason, "c2"), (source.NoTagsReason, source.Commit));
        Assert.Equal(reason is null ? ["main", "latest"] : [], ImageTags.For(source, version: null, tagLatest: false));
        Assert.Equal(reason is null ? ["cache-main"] : [], ImageTags.CachesOf(source));
    }

    [Theory]
    [InlineData(42, "pr/team/detection")]
    [InlineData(null, "team/detection")]
    public void RepositoryIn_KeepsWhatPullRequestsPushApart(int? pullRequest, string expected) =>
        Assert.Equal(expected, new BuildSource(Branch: null, pullRequest, IsMain: false, "c1").RepositoryIn("team/detection"));

    [Theory]
    [InlineData("feature/x", "feature-x")]
    [InlineData("-.odd", "odd")]
    [InlineData("v1.2_3", "v1.2_3")]
    [InlineData("täg", "t-g")]
    [InlineData("///", null)]
    public void AsTag_ReplacesCharactersThatATagMayNotHave(string text, string? expected) =>
        Assert.Equal(expected, BuildSource.AsTag(text));

    [Fact]
    public void AsTag_IsAtMost128Characters() => Assert.Equal(128, BuildSource.AsTag(new string('x', 300))!.Length);

    private static Func<string, string?> Variables(string variables)
    {
        var all = variables
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return name => all.GetValueOrDefault(name);
    }
}
