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
}
