using Workspaces.Http;

namespace Workspaces.Tests.Http;

public class BackoffTests
{
    [Fact]
    public void Advance_DoublesTheDelay_UpToTheLongest()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));

        Assert.Equal([2, 4, 5, 5], Enumerable.Range(0, 4).Select(_ => backoff.Advance().TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(5), backoff.Next);
    }

    [Fact]
    public void Reset_ReturnsToTheShortestDelay()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));
        backoff.Advance();

        backoff.Reset();

        Assert.Equal(TimeSpan.FromSeconds(2), backoff.Advance());
    }
}
