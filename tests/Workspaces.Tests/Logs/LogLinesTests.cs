using System.Text;
using Workspaces.Logs;

namespace Workspaces.Tests.Logs;

public class LogLinesTests
{
    [Theory]
    [InlineData("a\nb\n", "a|b")]
    [InlineData("a\nb", "a|b")]
    [InlineData("a\r\nb\r\n", "a|b")]
    [InlineData("a\n\nb\n", "a||b")]
    [InlineData("a\r\n\r\nb\r\n", "a||b")]
    [InlineData("\n", "")]
    [InlineData("10 %\r20 %\r30 %\ndone\n", "10 %|20 %|30 %|done")]
    [InlineData("\r10 %\r20 %\r\ndone\n", "10 %|20 %|done")]
    [InlineData("100 %\r\n\nnext\n", "100 %||next")]
    [InlineData("\uFEFFfirst\nsecond\n", "first|second")]
    [InlineData("straße 路面 🚧\nnext", "straße 路面 🚧|next")]
    public void Append_ReturnsTheSameLines_ForChunksOfAnySize(string log, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(log);
        for (var chunk = 1; chunk <= bytes.Length; chunk++)
        {
            var splitter = new LogLines();
            var lines = new List<string>();
            for (var from = 0; from < bytes.Length; from += chunk)
                splitter.Append(bytes.AsSpan(from, Math.Min(chunk, bytes.Length - from)), lines.Add);

            splitter.Finish(lines.Add);

            Assert.Equal(expected, string.Join('|', lines));
        }
    }

    [Fact]
    public void Append_ReturnsNoLine_WhenItIsIncomplete()
    {
        var lines = new List<string>();

        new LogLines().Append("half a li"u8, lines.Add);

        Assert.Empty(lines);
    }

    [Fact]
    public void Finish_ReturnsNoLine_WhenTheLastOneIsComplete()
    {
        var splitter = new LogLines();
        splitter.Append("whole\n"u8, _ => { });
        var lines = new List<string>();

        splitter.Finish(lines.Add);

        Assert.Empty(lines);
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(7777)]
    public void Append_CutsALongLineWithAMark_AndKeepsTheNextOnes(int chunk)
    {
        var lines = new List<string>();
        var splitter = new LogLines();
        byte[] log = [.. Enumerable.Repeat("ß"u8.ToArray(), 1_000_000).SelectMany(bytes => bytes), (byte)'\n', .. "next\nlast"u8];

        foreach (var part in log.Chunk(chunk))
            splitter.Append(part, lines.Add);
        splitter.Finish(lines.Add);

        Assert.Equal(["next", "last"], lines[1..]);
        Assert.EndsWith("ß … [cut: the line has 2000000 bytes; the job's log file has it whole]", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', lines[0]);
        // With the prefix of the host it is not cut again.
        Assert.InRange(Encoding.UTF8.GetByteCount(lines[0]), 60_000, LogLines.LongestLine);
    }

    [Fact]
    public void Append_NeedsNoMoreMemory_ForALineOf300Megabytes()
    {
        var splitter = new LogLines();
        var part = new byte[1 << 20];
        Array.Fill(part, (byte)'x');
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var count = 0; count < 300; count++)
            splitter.Append(part, _ => { });
        splitter.Finish(line => Assert.Contains("has 314572800 bytes", line, StringComparison.Ordinal));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);
    }
}
