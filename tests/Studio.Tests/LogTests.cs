using System.Text;
using Studio.Logs;

namespace Studio.Tests;

public sealed class LogTests : IDisposable
{
    private const long Huge = 300L * 1024 * 1024;
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void Read_ReturnsTheLastBytes_WhenTheLogIsHuge()
    {
        using var log = Sparse(Huge, (Huge - 4, "end\n"));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var window = LogWindow.Read(log, -4, 1000);

        Assert.Equal((Huge - 4, Huge, "end\n"), (window.Offset, window.Bytes, Encoding.UTF8.GetString(window.Content.Span)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Theory]
    [InlineData(0, 5, 0, "hello")]
    [InlineData(6, 100, 6, "world")]
    [InlineData(-100, 3, 0, "hel")]
    [InlineData(99, 3, 11, "")]
    [InlineData(2, -1, 2, "")]
    [InlineData(long.MinValue, long.MaxValue, 0, "hello world")]
    public void Read_StaysInTheLog_WhenTheWindowDoesNot(long offset, long length, long start, string text)
    {
        using var log = Of("hello world");

        var window = LogWindow.Read(log, offset, length);

        Assert.Equal((start, text), (window.Offset, Encoding.UTF8.GetString(window.Content.Span)));
    }

    [Fact]
    public void Read_ReturnsAMebibyteAtMost_WhenMoreIsAskedFor()
    {
        using var log = Sparse(Huge);

        Assert.Equal(LogWindow.Longest, LogWindow.Read(log, 0, Huge).Content.Length);
    }

    [Fact]
    public void Next_FindsTheText_WhenItIsAtTheEndOfAHugeLog()
    {
        using var log = Sparse(Huge, (Huge - 100, "\nAn ERROR at last\n"));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var found = LogSearch.Next(log, "an error", 0, 10);

        Assert.Equal([new(Huge - 99, "An ERROR at last")], found.Matches);
        Assert.Equal((Huge, Huge), (found.ScannedTo, found.Bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8_000_000);
    }

    [Fact]
    public void Next_FindsEachMatchOnce_WhenMatchesLieAcrossBlocks()
    {
        const int Block = 1024 * 1024;
        using var log = Sparse(3 * Block, (10, "needle"), (Block - 3, "needle"), ((2 * Block) - 1, "nEEdle"));

        Assert.Equal([10L, Block - 3, (2 * Block) - 1], LogSearch.Next(log, "Needle", 0, 10).Matches.Select(match => match.Offset));
        Assert.Equal(
            [(2 * Block) - 1L, Block - 3, 10],
            LogSearch.Previous(log, "needle", long.MaxValue, 10).Matches.Select(match => match.Offset)
        );
    }

    [Fact]
    public void Previous_BeginsAtThePlace_WhenMatchesFollowIt()
    {
        using var log = Of("ab ab ab");

        Assert.Equal([3L], LogSearch.Previous(log, "ab", 5, 1).Matches.Select(match => match.Offset));
        Assert.Equal([0L], LogSearch.Previous(log, "AB", 2, 5).Matches.Select(match => match.Offset));
        Assert.Empty(LogSearch.Previous(log, "ab", -1, 5).Matches);
    }

    [Fact]
    public void Next_SaysWhereItStopped_WhenTheLimitIsReached()
    {
        using var log = Of("aaaa");

        var found = LogSearch.Next(log, "a", 1, 2);

        Assert.Equal([1L, 2L], found.Matches.Select(match => match.Offset));
        Assert.Equal(3, found.ScannedTo);
    }

    [Fact]
    public void Next_MatchesOtherLettersExactly_WhenTheTextIsNotAscii()
    {
        using var log = Of("Ürsprung ÜBER <b>\u202eevil\u0007</b>\n");

        Assert.Equal(10, LogSearch.Next(log, "Über", 0, 1).Matches.Single().Offset);
        Assert.Equal("Ürsprung ÜBER <b>\u202eevil\u0007</b>", LogSearch.Next(log, "EVIL", 0, 1).Matches.Single().Text);
    }

    [Fact]
    public void Next_CutsTheLine_WhenItHasAHundredThousandCharacters()
    {
        using var log = Of(new string('x', 50_000) + "needle" + new string('y', 50_000));

        var match = LogSearch.Next(log, "needle", 0, 1).Matches.Single();

        Assert.Equal(50_000, match.Offset);
        Assert.Equal(500, match.Text.Length);
        Assert.Contains("needle", match.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Next_CutsBetweenCharacters_WhenTheyTakeTwoPlaces()
    {
        using var log = Of("needle " + string.Concat(Enumerable.Repeat("🛣", 400)));

        var text = LogSearch.Next(log, "needle", 0, 1).Matches.Single().Text;

        Assert.Equal("needle " + string.Concat(Enumerable.Repeat("🛣", 246)), text);
    }

    [Theory]
    [InlineData("all is well, by default\n", null)]
    [InlineData("no faults found; default: 3\n", null)]
    [InlineData("ok\nthe dataset has 2 faults:\n", 21L)]
    [InlineData("ok\nSegmentation fault (core dumped)\n", 3L)]
    [InlineData("by default a Fault: x\n", 13L)]
    [InlineData("ok\nRuntimeError: no\n", 10L)]
    [InlineData("ok\nTraceback (most recent call last):\n  x\nValueError: bad\n", 3L)]
    [InlineData("", null)]
    public void FirstError_ReturnsThePlace_WhenALineLooksLikeAnError(string text, long? offset)
    {
        using var log = Of(text);

        Assert.Equal(offset, LogSearch.FirstError(log));
    }

    [Fact]
    public void Search_AnswersWithinItsMemory_WhenTheLogIsOneLineOf300Mebibytes()
    {
        const long Middle = (Huge / 2) + 12_345;
        using var log = Sparse(Huge, (0, "start"), (Middle, "the Error: here"), (Huge - 3, "end"));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var window = LogWindow.Read(log, Middle - 100, 200);
        var next = LogSearch.Next(log, "error: HERE", 0, 5);
        var previous = LogSearch.Previous(log, "error: here", long.MaxValue, 5);
        var last = LogSearch.Next(log, "end", Middle, 5);

        Assert.Contains("the Error: here", Encoding.UTF8.GetString(window.Content.Span), StringComparison.Ordinal);
        Assert.Equal([Middle + 4], next.Matches.Select(match => match.Offset));
        Assert.Equal([Middle + 4], previous.Matches.Select(match => match.Offset));
        Assert.Contains("the Error: here", next.Matches[0].Text, StringComparison.Ordinal);
        Assert.InRange(next.Matches[0].Text.Length, 1, 500);
        Assert.Equal([Huge - 3], last.Matches.Select(match => match.Offset));
        Assert.Equal(Middle + 4, LogSearch.FirstError(log));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8_000_000);
    }

    private static MemoryStream Of(string text) => new(Encoding.UTF8.GetBytes(text));

    // A file with holes takes no room, and reads as zeros.
    private FileStream Sparse(long length, params (long Offset, string Text)[] texts)
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite);
        file.SetLength(length);
        foreach (var (offset, text) in texts)
        {
            file.Position = offset;
            file.Write(Encoding.UTF8.GetBytes(text));
        }

        file.Flush();
        return file;
    }
}
