using Images.Cleaning;

namespace Images.Tests.Cleaning;

public class ImageCleaningTests
{
    private const string Content = "sha-0123456789abcdef0123";

    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Tags, age in days, whether the image is in use, the tags that are kept, and whether the image is deleted.</summary>
    public static TheoryData<string, int?, bool, string, bool> Images =>
        new()
        {
            { $"{Content} pr-1", 40, false, "", true },
            { $"{Content} pr-1", 5, false, Content, false },
            { $"{Content} pr-2", 40, false, $"{Content} pr-2", false },
            { $"{Content} pr-1 main", 40, false, $"{Content} main", false },
            { Content, 40, false, "", true },
            { Content, 5, false, Content, false },
            { Content, null, false, Content, false },
            { Content, 40, true, Content, false },
            { $"{Content} pr-1", 40, true, Content, false },
            { "pr-1", 40, true, "pr-1", false },
            { "pr-1", 5, false, "", false },
            { $"{Content} v1", 400, false, $"{Content} v1", false },
        };

    [Theory]
    [MemberData(nameof(Images))]
    public void Decide_KeepsImagesInUse(string tags, int? age, bool isUsed, string kept, bool isDeleted)
    {
        var image = new StoredImage("sha256:1", tags.Split(' '), age is { } days ? Now.AddDays(-days) : null);
        var users = new Dictionary<string, string>(StringComparer.Ordinal) { [isUsed ? "sha256:1" : "sha256:2"] = "job demo" };

        var steps = ImageCleaning.Decide([image], new HashSet<int> { 2 }, Now.AddDays(-30), users);

        var deleted = steps.SelectMany(step => step.Tags).ToList();
        Assert.Equal(kept, string.Join(' ', image.Tags.Except(deleted)));
        Assert.Equal(isDeleted, steps.Any(step => step.DeletesImage));
    }

    [Fact]
    public void Decide_KeepsEveryPullRequest_WhenTheOpenOnesAreUnknown() =>
        Assert.Empty(
            ImageCleaning.Decide(
                [new("sha256:1", ["pr-1", Content], Now.AddDays(-90))],
                openPullRequests: null,
                Now,
                new Dictionary<string, string>()
            )
        );

    [Fact]
    public void Decide_NamesTheUser_OfAnOldImage() =>
        Assert.Equal(
            "used by job demo",
            Assert
                .Single(
                    ImageCleaning.Decide(
                        [new("sha256:1", [Content], Now.AddDays(-90))],
                        new HashSet<int>(),
                        Now,
                        new Dictionary<string, string> { ["sha256:1"] = "job demo" }
                    )
                )
                .Reason
        );
}
