using Build.Log;

namespace Build.Tests.Log;

public sealed class GuardedOutputTests
{
    private const string Token = "0123456789abcdef";

    [Fact]
    public void Write_DefusesALine_WhenItArrivesInPieces() =>
        Assert.Equal("a ##\\vso[task.a]b\n", Written(true, "a #", "#v", "so[task", ".a]b\n"));

    [Fact]
    public void Write_BeginsALine_AfterEachKindOfLineEnd() =>
        Assert.Equal("10 %\n\\::error::x\nb\n\nc\n", Written(true, "10 %\r::error::x\r\nb\r", "\n\nc"));

    [Fact]
    public void Write_LetsACommandOfThisProgramPass_WhenItBeginsWithTheToken() =>
        Assert.Equal(
            "##vso[task.setvariable variable=a]b\nx 0123456789abcdef##\\[c]\n",
            Written(true, $"{Token}##vso[task.setvariable variable=a]b\nx {Token}##[c]\n")
        );

    [Fact]
    public void Write_KeepsMarkers_WhenNoAgentReadsTheLog() => Assert.Equal("##[group]a\n", Written(false, "##[gr\u0007oup]a\n"));

    [Fact]
    public void Write_CutsALine_WhenItIsLong()
    {
        var piece = new string('x', 1000);
        var written = Written(true, [.. Enumerable.Repeat(piece, 200), "\nnext\n"]);
        Assert.Equal(new string('x', GuardedOutput.MaxLineLength) + " … [cut: the line has 200000 characters]\nnext\n", written);
    }

    [Fact]
    public void Write_KeepsLinesWhole_WhenThreadsWriteAtTheSameTime()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var guard = new GuardedOutput(output, Token, isPipeline: true);
        Parallel.For(0, 2000, index => guard.WriteLine($"line {index} ##[x]"));
        guard.Complete();
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, 2000).Select(index => $"line {index} ##\\[x]").Order(), lines.Order());
    }

    private static string Written(bool isPipeline, params string[] pieces)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var guard = new GuardedOutput(output, Token, isPipeline);
        foreach (var piece in pieces)
            guard.Write(piece);
        guard.Complete();
        return output.ToString();
    }
}
