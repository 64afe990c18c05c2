using CodeHosts.Comments;

namespace CodeHosts.Tests.Comments;

public sealed class CommentTextTests
{
    [Fact]
    public void Write_BeginsWithTheMarker() =>
        Assert.StartsWith(CommentText.Marker, new CommentText().Write(1000), StringComparison.Ordinal);

    [Fact]
    public void Set_ReplacesOneSection_AndKeepsTheOthers()
    {
        var text = CommentText.Read(null);
        text.Set("verdict-demo", "one");
        text.Set("verdict-pothole", "two");
        var second = CommentText.Read(text.Write(65_536));

        second.Set("verdict-demo", "three");

        var body = second.Write(65_536);
        Assert.DoesNotContain("one", body, StringComparison.Ordinal);
        Assert.Contains("two", body, StringComparison.Ordinal);
        Assert.Contains("three", body, StringComparison.Ordinal);
        Assert.True(body.IndexOf("three", StringComparison.Ordinal) < body.IndexOf("two", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(65_536)]
    [InlineData(150_000)]
    public void Write_FitsTheHost_AndKeepsTheNewestSection(int longest)
    {
        var text = new CommentText();
        foreach (var name in new[] { "a", "b", "c" })
            text.Set(name, string.Join('\n', Enumerable.Repeat($"line of {name}", 5000)));

        var body = text.Write(longest, last: "b");

        Assert.True(body.Length <= longest, $"{body.Length}");
        Assert.Contains("line of b", body, StringComparison.Ordinal);
        Assert.Contains("left out: the comment would be too long", body, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_CutsAtALine_WhenOneSectionIsTooLongAlone()
    {
        var text = new CommentText();
        text.Set("a", string.Join('\n', Enumerable.Repeat("0123456789", 10_000)));

        var body = text.Write(65_536, last: "a");

        Assert.True(body.Length <= 65_536, $"{body.Length}");
        Assert.Contains("\n0123456789\n\n*The rest is left out", body, StringComparison.Ordinal);
        Assert.EndsWith("<!-- model-training:end -->\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FindsNoJobs_WhenSomeoneBrokeTheState()
    {
        Assert.Empty(CommentText.Read($"{CommentText.Marker}\n<!-- model-training:jobs bm90IGpzb24= -->\n").Jobs);
        Assert.Empty(CommentText.Read($"{CommentText.Marker}\n<!-- model-training:jobs W251bGwse31d -->\n").Jobs);
    }

    [Theory]
    [InlineData("Running", -1, true)]
    [InlineData("Running", 1, false)]
    [InlineData("Completed", -1, false)]
    [InlineData("canceled", -1, false)]
    [InlineData("Missing", -1, false)]
    public void IsRunning_EndsWithTheStatusOrTheTimeLimit(string status, int hoursAfterLimit, bool running)
    {
        var limit = new DateTimeOffset(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
        var job = new LaunchedJob("demo-1", "exp_configs/demo.json", [], "local_config.json", "c", limit, status, Page: null);

        Assert.Equal(running, job.IsRunning(limit.AddHours(hoursAfterLimit)));
    }
}
